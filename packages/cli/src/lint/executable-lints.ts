import { executablePath } from "@imagecred/kubelet";
import type { FileStatus } from "@imagecred/node";
import { systemReason } from "../errors.ts";
import type { Start } from "../machine/start-problem.ts";
import type { Hit, Lint, LintContext } from "./types.ts";

const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;
const EXECUTE = 0o111;

interface Found {
  readonly at: string;
  readonly path: string;
  /** undefined if it does not exist. */
  readonly status: FileStatus | undefined;
  /** Why it cannot be examined: a loop of links, a directory that this user cannot read. */
  readonly hidden: string | undefined;
}

function look(path: string, { fileSystem }: LintContext): Pick<Found, "status" | "hidden"> {
  try {
    return { status: fileSystem.status(path), hidden: undefined };
  } catch (error) {
    return { status: undefined, hidden: systemReason(error) };
  }
}

/** The executable of each provider with a usable name; empty if the directory is unknown or does not exist. */
function executables(context: LintContext): readonly Found[] {
  const { providers, binDir, fileSystem } = context;
  if (binDir === undefined || look(binDir, context).status?.kind !== "directory") return [];
  return providers.flatMap(({ name }, index): readonly Found[] => {
    if (name === "" || name.includes("/")) return [];
    const path = executablePath(binDir, name, fileSystem);
    return [{ at: `providers[${index}].name`, path, ...look(path, context) }];
  });
}

const binDirMissing: Lint = {
  code: "bin-dir-missing",
  severity: "error",
  explanation: "The kubelet checks the directory when it starts, and exits if it does not exist.",
  check: (context) => {
    const { binDir, reading } = context;
    const file = reading.files[0];
    if (binDir === undefined || file === undefined) return [];
    const { status, hidden } = look(binDir, context);
    // The kubelet runs as root, so it can read what this user cannot.
    if (status?.kind === "directory" || hidden === "permission denied") return [];
    const what =
      hidden === undefined
        ? status === undefined
          ? "does not exist"
          : "is not a directory"
        : `cannot be reached: ${hidden}`;
    return [
      {
        at: { file, line: 1, column: 1 },
        message: `the directory of the executables, ${binDir}, ${what}`,
        fix: "create it and install the executables: imagecred install",
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
    executables(context).flatMap(({ at, path, status, hidden }): readonly Hit[] => {
      if (hidden === "permission denied") return [];
      if (hidden !== undefined)
        return [
          { at, message: `${path} cannot be reached: ${hidden}`, fix: "install it: imagecred install" },
        ];
      if (status === undefined)
        return [
          {
            at,
            message: `${path} does not exist`,
            fix: "install it: imagecred install, or correct the name",
          },
        ];
      if (status.kind === "file") return [];
      return [
        {
          at,
          message: `${path} is not a file (it is a ${status.kind})`,
          fix: "install the executable: imagecred install",
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
    "The kubelet runs it as root: a user who can write to it, or to its directory, can become root on the node.",
  check: (context) => {
    const { binDir } = context;
    const files = executables(context);
    const directory = binDir === undefined ? undefined : look(binDir, context).status;
    const first = files[0];
    const hits = files.flatMap(({ at, path, status }): readonly Hit[] => {
      const principal = status === undefined ? undefined : writers(status);
      return principal === undefined
        ? []
        : [
            {
              at,
              message: `${path} is writable by ${principal}`,
              fix: `chown root:root ${path} && chmod 0755 ${path}`,
            },
          ];
    });
    const principal = directory === undefined ? undefined : writers(directory);
    if (principal === undefined || first === undefined || binDir === undefined) return hits;
    return [
      {
        at: first.at,
        message: `the directory ${binDir} is writable by ${principal}`,
        fix: `chown root:root ${binDir} && chmod 0755 ${binDir}`,
      },
      ...hits,
    ];
  },
};

function writers(status: FileStatus): string | undefined {
  if ((status.mode & OTHERS_WRITE) !== 0) return `all users (mode ${octal(status)})`;
  if ((status.mode & GROUP_WRITE) !== 0 && status.gid !== 0)
    return `group ${status.gid} (mode ${octal(status)})`;
  return status.uid === 0 ? undefined : `its owner, user ${status.uid}`;
}

const dynamic: Lint = {
  code: "executable-dynamic",
  severity: "warning",
  explanation:
    'A dynamically linked executable needs its loader and libraries where the kubelet runs. Immutable systems and kubelet containers often lack them; the error is then "no such file or directory" although the file exists.',
  check: (context) =>
    inspected(context, (start) =>
      start.problem === undefined &&
      start.executable.kind === "elf" &&
      start.executable.interpreter !== undefined
        ? `is dynamically linked (needs ${start.executable.interpreter})`
        : undefined,
    ).map((hit) => ({ ...hit, fix: "use the static build" })),
};

const format: Lint = {
  code: "executable-format",
  severity: "error",
  explanation:
    'Linux runs ELF files for its own architecture and scripts that begin with #!; the error for anything else is "exec format error".',
  check: (context) =>
    inspected(context, ({ problem }) => (problem?.kind === "format" ? problem.reason : undefined)).map(
      (hit) => ({ ...hit, fix: "install the right file: imagecred install" }),
    ),
};

const machine: Lint = {
  code: "executable-machine",
  severity: "error",
  explanation:
    'The kubelet on a machine like this one gets "exec format error" from every run. For an image of another architecture, ignore this check: --ignore executable-machine.',
  check: (context) =>
    inspected(context, ({ problem }) => (problem?.kind === "machine" ? problem.reason : undefined)).map(
      (hit) => ({ ...hit, fix: "install the file for this architecture: imagecred install" }),
    ),
};

const interpreter: Lint = {
  code: "executable-interpreter",
  severity: "error",
  explanation:
    'A script needs its interpreter, and a dynamically linked executable its loader, where the kubelet runs. Without it every run fails with "no such file or directory" although the file exists.',
  check: (context) =>
    inspected(context, ({ problem }) => (problem?.kind === "interpreter" ? problem.reason : undefined)).map(
      (hit) => ({ ...hit, fix: "correct the #! line, install the interpreter, or use a static build" }),
    ),
};

function inspected(
  context: LintContext,
  fault: (start: Extract<Start, { state: "read" }>) => string | undefined,
): readonly Omit<Hit, "fix">[] {
  return executables(context).flatMap(({ at, path, status }) => {
    if (status?.kind !== "file") return [];
    const start = context.examine(path);
    const found = start.state === "read" ? fault(start) : start.reason;
    // The kubelet runs as root, so it can read a file that this user cannot.
    return found === undefined || found === "permission denied" ? [] : [{ at, message: `${path} ${found}` }];
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
  machine,
  interpreter,
  writable,
  dynamic,
];
