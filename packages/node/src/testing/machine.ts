import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Files } from "../files/files.ts";
import { nodeFiles } from "../files/nodejs.ts";
import { type Temporary, temporary } from "./temporary.ts";

/** A process to start in the machine. */
export interface MachineProcess {
  /** File name of its executable, which is a shell that waits. */
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Command that starts it: `["setpriv", "--reuid=1000", "--clear-groups"]`, `["unshare", "--mount"]`. */
  readonly within?: readonly string[] | ((directory: string) => readonly string[]);
  /** `argv[0]`; default: the path. */
  readonly title?: string;
}

/** A simulated machine: processes in new pid and mount namespaces, of which the first is process 1. */
export interface Machine extends AsyncDisposable {
  /** The machine's files, including its /proc, read from outside. */
  readonly files: Files;
  /** A directory that has the same path in the machine. */
  readonly directory: string;
}

/** Starts the processes in order, so that their process IDs increase; all are up when this returns. */
export async function machine(
  given: readonly MachineProcess[] | ((directory: string) => readonly MachineProcess[]),
  files: Readonly<Record<string, string>> = {},
): Promise<Machine> {
  const place = temporary();
  const processes = typeof given === "function" ? given(place.path) : given;
  for (const [path, content] of Object.entries(files)) place.write(path, content);
  const fifo = join(place.path, "never");
  execFileSync("mkfifo", [fifo]);
  const lines = processes.map((one) => startLine(one, place, fifo));
  const script = ["mount -t proc proc /proc", ...lines, 'echo "all"', `read -r _ < ${fifo}`].join("\n");
  const init = spawn("unshare", ["--pid", "--mount", "--fork", "--kill-child", "bash", "-c", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const up = await waitFor(init, processes.length);
  // The first process of the namespace is unshare's child.
  const children = execFileSync("cat", [`/proc/${init.pid}/task/${init.pid}/children`], { encoding: "utf8" });
  const root = `/proc/${children.trim().split(" ")[0]}/root`;
  if (up < processes.length) throw new Error(`${up} of ${processes.length} processes started`);
  return {
    files: below(nodeFiles, root),
    directory: place.path,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => init.once("exit", resolve));
      init.kill("SIGKILL");
      await ended;
      place[Symbol.dispose]();
    },
  };
}

function startLine(one: MachineProcess, place: Temporary, fifo: string): string {
  const program = join(place.path, "bin", one.name);
  mkdirSync(dirname(program), { recursive: true });
  copyFileSync("/bin/bash", program);
  chmodSync(program, 0o755);
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const variables = Object.entries(one.env ?? {}).map(([name, value]) => quote(`${name}=${value}`));
  const argv0 = one.title === undefined ? [] : ["bash", "-c", quote('exec -a "$0" "$@"'), quote(one.title)];
  const wait = `echo up; read -r _ < ${fifo}`;
  // The shell's $0 and arguments are the arguments that other processes see.
  const words = [...argv0, program, "-c", quote(wait), ...(one.args ?? []).map(quote)];
  const within = typeof one.within === "function" ? one.within(place.path) : (one.within ?? []);
  return [...within.map(quote), "env", "-i", ...variables, ...words, "&"].join(" ");
}

/** Timeout for the start of a machine, so that tests do not hang. */
const UP_WITHIN_MS = 60_000;

/** Counts the lines that report a process as up, until all are. */
async function waitFor(init: ChildProcess, count: number): Promise<number> {
  let up = 0;
  let all = count === 0;
  if (init.stdout === null) return 0;
  const late = setTimeout(() => init.kill("SIGKILL"), UP_WITHIN_MS);
  for await (const line of createInterface({ input: init.stdout })) {
    if (line === "up") up += 1;
    if (line === "all") all = true;
    if (all && up === count) break;
  }
  clearTimeout(late);
  return up;
}

/** Paths below a directory, resolved by the kernel, including the links of /proc. */
function below(files: Files, root: string): Files {
  return {
    status: (path, links) => files.status(root + path, links),
    read: (path, maxBytes) => files.read(root + path, maxBytes),
    list: (path) => files.list(root + path),
    readLink: (path) => files.readLink(root + path),
  };
}
