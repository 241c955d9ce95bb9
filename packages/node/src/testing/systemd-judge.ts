import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** systemd's own code, called by a small C program that is linked with its library. */
export interface SystemdJudge extends Disposable {
  readonly version: number;
  /** Results in the order of the inputs, each a list of fields. */
  ask(questions: readonly (readonly string[])[]): readonly (readonly string[])[];
}

/** extract-word.h: EXTRACT_RELAX, EXTRACT_CUNESCAPE, EXTRACT_UNQUOTE. */
export const EXTRACT = { relax: 1, cUnescape: 2, unescapeRelax: 4, unquote: 32 } as const;

const SOURCE = join(import.meta.dirname, "../../test/systemd-judge.c");
const MANAGER = "/lib/systemd/systemd";
const NOBODY = 65534;

/** The program, or why it cannot be built on this machine. */
export function systemdJudge(): SystemdJudge | string {
  const [library] = globSync("/{usr/,}lib/{*-linux-gnu*/,}systemd/libsystemd-shared-*.so");
  if (library === undefined) return "there is no libsystemd-shared on this machine";
  const version = Number(/shared-(\d+)/.exec(library)?.[1] ?? 0);
  const directory = mkdtempSync(join(tmpdir(), "imagecred-judge-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const program = join(directory, "judge");
  const path = library.slice(0, library.lastIndexOf("/"));
  const built = spawnSync("cc", [
    "-o",
    program,
    SOURCE,
    library,
    `-Wl,-rpath,${path}`,
    "-Wl,--allow-shlib-undefined",
  ]);
  if (built.status !== 0) {
    remove();
    return `no C compiler that builds against ${library}`;
  }
  return {
    version,
    ask(questions) {
      const input = questions.map((fields) => `${fields.join("\x1f")}\x1e`).join("");
      const output = execFileSync(program, {
        input,
        encoding: "utf8",
        maxBuffer: 1 << 26,
        stdio: ["pipe", "pipe", "ignore"],
      });
      return output
        .split("\x1e")
        .slice(0, -1)
        .map((record) => record.split("\x1f").slice(0, -1));
    },
    [Symbol.dispose]: remove,
  };
}

/** A unit as loaded by the manager. */
export interface LoadedUnit {
  readonly state: string;
  readonly fragment: string;
  readonly dropIns: readonly string[];
  readonly environment: readonly string[];
  readonly environmentFiles: readonly string[];
  /** Quoted as the manager prints it. */
  readonly commandLine: string;
}

const REFUSED: LoadedUnit = {
  state: "refused",
  fragment: "",
  dropIns: [],
  environment: [],
  environmentFiles: [],
  commandLine: "",
};

/** The reason to skip a test with the manager; false if it can run. The manager rejects root, and only root can change users. */
export function managerMissing(): string | false {
  if (!existsSync(MANAGER)) return "there is no systemd on this machine";
  return process.geteuid?.() === 0 ? false : "needs root, to become another user";
}

/** Makes systemd load a unit from these directories without starting anything (`systemd --test`). */
export function loadUnit(name: string, unitPath: readonly string[]): LoadedUnit {
  const runtime = mkdtempSync(join(tmpdir(), "imagecred-runtime-"));
  try {
    chownSync(runtime, NOBODY, NOBODY);
    mkdirSync(join(runtime, "home"));
    const { stdout: output, status } = spawnSync(
      "setpriv",
      [
        `--reuid=${NOBODY}`,
        "--clear-groups",
        MANAGER,
        "--test",
        "--user",
        "--no-pager",
        "--log-level=emerg",
        `--unit=${name}`,
      ],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        env: {
          PATH: process.env["PATH"],
          XDG_RUNTIME_DIR: runtime,
          HOME: join(runtime, "home"),
          SYSTEMD_UNIT_PATH: `${unitPath.join(":")}:`,
        },
      },
    );
    // It exits with an error if it does not accept the unit.
    if (status !== 0) return REFUSED;
    const [, part = ""] = output.split(`-> Unit ${name}:\n`);
    const lines = (part.split("\n\t-> Unit ")[0] ?? "").split("\n").map((line) => line.trim());
    const all = (key: string) =>
      lines.filter((line) => line.startsWith(`${key}: `)).map((line) => line.slice(key.length + 2));
    return {
      state: all("Unit Load State")[0] ?? "",
      fragment: all("Fragment Path")[0] ?? "",
      dropIns: all("DropIn Path"),
      environment: all("Environment"),
      environmentFiles: all("EnvironmentFile"),
      commandLine: all("Command Line")[0] ?? "",
    };
  } finally {
    rmSync(runtime, { recursive: true, force: true });
  }
}
