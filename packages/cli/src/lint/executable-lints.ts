import { type FileStatus, joinPath } from "@imagecred/node";
import { systemReason } from "../errors.ts";
import { EXECUTABLE_HEADER_BYTES, inspectExecutable } from "../machine/executable-format.ts";
import type { Hit, Lint, LintContext } from "./types.ts";

const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;
const EXECUTE = 0o111;

interface Found {
  readonly at: string;
  readonly path: string;
  readonly status: FileStatus | undefined;
}

/** The executable of each provider that has a usable name, where the directory is known and there. */
function executables({ providers, binDir, fileSystem }: LintContext): readonly Found[] {
  if (binDir === undefined || fileSystem.status(binDir)?.kind !== "directory") return [];
  return providers.flatMap(({ name }, index): readonly Found[] => {
    if (name === "" || name.includes("/")) return [];
    const path = joinPath(binDir, name);
    return [{ at: `providers[${index}].name`, path, status: fileSystem.status(path) }];
  });
}

const binDirMissing: Lint = {
  code: "bin-dir-missing",
  severity: "error",
  explanation: "The kubelet looks at the directory first when it starts, and stops when it is not there.",
  check: ({ binDir, fileSystem, reading }) => {
    const file = reading.files[0];
    if (binDir === undefined || file === undefined || fileSystem.status(binDir)?.kind === "directory")
      return [];
    const what = fileSystem.status(binDir) === undefined ? "does not exist" : "is no directory";
    return [
      {
        at: { file, line: 1, column: 1 },
        message: `the directory of the executables, ${binDir}, ${what}`,
        fix: "make it and put the executables there: imagecred install",
      },
    ];
  },
};

const missing: Lint = {
  code: "executable-missing",
  severity: "error",
  explanation:
    'The kubelet does not start without every executable; since 1.30 its message has an empty name: "plugin binary executable  did not exist".',
  check: (context) =>
    executables(context).flatMap(({ at, path, status }): readonly Hit[] => {
      if (status === undefined)
        return [
          { at, message: `there is no ${path}`, fix: "put it there: imagecred install, or correct the name" },
        ];
      if (status.kind === "file") return [];
      return [
        {
          at,
          message: `${path} is no file (it is a ${status.kind})`,
          fix: "put the executable there: imagecred install",
        },
      ];
    }),
};

const notExecutable: Lint = {
  code: "executable-mode",
  severity: "error",
  explanation:
    "Without the execute bit the kubelet does not start (1.30 and newer), or every run of the plugin fails.",
  check: (context) =>
    executables(context).flatMap(({ at, path, status }): readonly Hit[] => {
      if (status?.kind !== "file" || (status.mode & EXECUTE) !== 0) return [];
      return [
        { at, message: `${path} is not executable (mode ${octal(status)})`, fix: `chmod 0755 ${path}` },
      ];
    }),
};

const writable: Lint = {
  code: "executable-writable",
  severity: "warning",
  explanation:
    "The kubelet runs it as root: whoever can write to it, or to its directory, can become root on the node.",
  check: (context) => {
    const { binDir, fileSystem } = context;
    const files = executables(context);
    const directory = binDir === undefined ? undefined : fileSystem.status(binDir);
    const first = files[0];
    const hits = files.flatMap(({ at, path, status }): readonly Hit[] => {
      const principal = status === undefined ? undefined : writers(status);
      return principal === undefined
        ? []
        : [
            {
              at,
              message: `${path} can be changed by ${principal}`,
              fix: `chown root:root ${path} && chmod 0755 ${path}`,
            },
          ];
    });
    const principal = directory === undefined ? undefined : writers(directory);
    if (principal === undefined || first === undefined || binDir === undefined) return hits;
    return [
      {
        at: first.at,
        message: `the directory ${binDir} can be changed by ${principal}`,
        fix: `chown root:root ${binDir} && chmod 0755 ${binDir}`,
      },
      ...hits,
    ];
  },
};

function writers(status: FileStatus): string | undefined {
  if ((status.mode & OTHERS_WRITE) !== 0) return `everybody (mode ${octal(status)})`;
  if ((status.mode & GROUP_WRITE) !== 0 && status.gid !== 0)
    return `group ${status.gid} (mode ${octal(status)})`;
  return status.uid === 0 ? undefined : `user ${status.uid}, who owns it`;
}

const dynamic: Lint = {
  code: "executable-dynamic",
  severity: "warning",
  explanation:
    'A dynamically linked executable needs its loader and libraries where the kubelet runs, which on immutable systems and in kubelet containers are others or none; the error is then "no such file or directory" for a file that is there.',
  check: (context) =>
    inspected(context, (executable) =>
      executable.kind === "elf" && executable.interpreter !== undefined
        ? `is dynamically linked (needs ${executable.interpreter})`
        : undefined,
    ).map((hit) => ({ ...hit, fix: "use the static build" })),
};

const format: Lint = {
  code: "executable-format",
  severity: "error",
  explanation:
    'Linux runs ELF files and scripts that begin with #!; the error for anything else is "exec format error".',
  check: (context) =>
    inspected(context, (executable) =>
      executable.kind === "unknown"
        ? "is neither an ELF executable nor a script"
        : executable.kind === "broken"
          ? `cannot be started: ${executable.reason}`
          : undefined,
    ).map((hit) => ({ ...hit, fix: "put the right file there: imagecred install" })),
};

function inspected(
  context: LintContext,
  fault: (executable: ReturnType<typeof inspectExecutable>) => string | undefined,
): readonly Omit<Hit, "fix">[] {
  return executables(context).flatMap(({ at, path, status }) => {
    if (status?.kind !== "file") return [];
    try {
      const found = fault(inspectExecutable(context.fileSystem.read(path, EXECUTABLE_HEADER_BYTES)));
      return found === undefined ? [] : [{ at, message: `${path} ${found}` }];
    } catch (error) {
      // Whoever may not read it is not told about its inside; the kubelet, as root, can.
      return systemReason(error) === "permission denied"
        ? []
        : [{ at, message: `${path}: ${systemReason(error)}` }];
    }
  });
}

function octal(status: FileStatus): string {
  return status.mode.toString(8).padStart(4, "0");
}

export const EXECUTABLE_LINTS: readonly Lint[] = [
  binDirMissing,
  missing,
  notExecutable,
  format,
  writable,
  dynamic,
];
