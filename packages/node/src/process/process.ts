import type { Files } from "../files/files.ts";
import { codeOf, reasonOf } from "../files/system-error.ts";

/** Maximum size of a command line or an environment (a third of the largest stack, execve(2)). */
const LARGEST_PROC_FILE_BYTES = 8 << 20;
/** Ticks per second in /proc (sysconf(3), _SC_CLK_TCK; 100 on every Linux). */
const TICKS = 100;

/** A value of a process, or why it cannot be read. */
export type Seen<T> =
  | { readonly state: "seen"; readonly value: T }
  | { readonly state: "gone" }
  | { readonly state: "hidden"; readonly reason: string };

/** User IDs of a process, as this process sees them (proc_pid_status(5)). */
export interface UserIds {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
}

export const NAMESPACES = ["pid", "mnt", "user"] as const;
/** `pid:[4026531836]` for each: equal texts are the same namespace (namespaces(7)). */
export type Namespaces = Readonly<Record<(typeof NAMESPACES)[number], string>>;

/** Process IDs of this machine in numeric order; undefined without /proc. */
export function processIds(files: Files): readonly number[] | undefined {
  if (files.status("/proc") === undefined) return undefined;
  return files
    .list("/proc")
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** The kernel's name of a process: 15 bytes of its executable's name, unless it set another. */
export function commandName(files: Files, pid: number): Seen<string> {
  return map(readProc(files, `/proc/${pid}/comm`), (text) => text.replace(/\n$/, ""));
}

/**
 * Arguments, `argv[0]` first. A process can overwrite them to hide secrets (setproctitle): then the first is a title and the
 * others are empty.
 */
export function commandLine(files: Files, pid: number): Seen<readonly string[]> {
  return map(readProc(files, `/proc/${pid}/cmdline`), (text) => {
    if (text === "") return [];
    return text.replace(/\0$/, "").split("\0");
  });
}

/** Variables with which a process was started, without later changes. */
export function environmentOf(files: Files, pid: number): Seen<Readonly<Record<string, string>>> {
  return map(readProc(files, `/proc/${pid}/environ`), (text) =>
    Object.fromEntries(
      text
        .split("\0")
        .filter((entry) => entry.indexOf("=") > 0)
        .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)] as const),
    ),
  );
}

/** Path of the executable below the process's root; ends in ` (deleted)` if the file was replaced since. */
export function executablePath(files: Files, pid: number): Seen<string> {
  return readLink(files, `/proc/${pid}/exe`);
}

/** Working directory of a process, below its root. */
export function workingDirectory(files: Files, pid: number): Seen<string> {
  return readLink(files, `/proc/${pid}/cwd`);
}

export function userIds(files: Files, pid: number): Seen<UserIds> {
  return map(readProc(files, `/proc/${pid}/status`), (text) => {
    const [, real, effective, saved] = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)/m.exec(text) ?? [];
    return { real: Number(real ?? -1), effective: Number(effective ?? -1), saved: Number(saved ?? -1) };
  });
}

/** Effective capabilities, as a set of bits (capabilities(7)). */
export function effectiveCapabilities(files: Files, pid: number): Seen<bigint> {
  return map(readProc(files, `/proc/${pid}/status`), (text) => {
    const digits = /^CapEff:\s+([0-9a-f]+)/m.exec(text)?.[1];
    return digits === undefined ? 0n : BigInt(`0x${digits}`);
  });
}

export function namespacesOf(files: Files, pid: number): Seen<Namespaces> {
  const found: Partial<Record<(typeof NAMESPACES)[number], string>> = {};
  for (const name of NAMESPACES) {
    const link = readLink(files, `/proc/${pid}/ns/${name}`);
    if (link.state !== "seen") return link;
    found[name] = link.value;
  }
  const { pid: pids = "", mnt = "", user = "" } = found;
  return { state: "seen", value: { pid: pids, mnt, user } };
}

/** Control groups, one path per hierarchy (cgroups(7)). */
export function controlGroups(files: Files, pid: number): Seen<readonly string[]> {
  return map(readProc(files, `/proc/${pid}/cgroup`), (text) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(":").slice(2).join(":")),
  );
}

/** Fields of proc_pid_stat(5). */
export interface Stat {
  readonly parent: number;
  /** Clock ticks since boot; together with the process ID it identifies one process. */
  readonly startTicks: number;
}

export function statOf(files: Files, pid: number): Seen<Stat> {
  return map(readProc(files, `/proc/${pid}/stat`), (text) => {
    // The name in field 2 can contain any character, including parentheses.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(fields[1] ?? 0), startTicks: Number(fields[19] ?? Number.NaN) };
  });
}

/** When a process started, in milliseconds since the epoch, accurate to about a second; undefined if not known. */
export function startedAt(files: Files, { startTicks }: Stat): number | undefined {
  const system = readProc(files, "/proc/stat");
  const boot = Number(
    system.state === "seen" ? (/^btime (\d+)$/m.exec(system.value)?.[1] ?? Number.NaN) : Number.NaN,
  );
  const milliseconds = boot * 1000 + (startTicks / TICKS) * 1000;
  return Number.isFinite(milliseconds) ? milliseconds : undefined;
}

function readProc(files: Files, path: string): Seen<string> {
  try {
    const bytes = files.read(path, LARGEST_PROC_FILE_BYTES);
    return { state: "seen", value: new TextDecoder().decode(bytes) };
  } catch (error) {
    return unseen(error);
  }
}

function readLink(files: Files, path: string): Seen<string> {
  try {
    return { state: "seen", value: files.readLink(path) };
  } catch (error) {
    return unseen(error);
  }
}

/** A process can exit meanwhile, and other users' processes may not be readable. */
function unseen(
  error: unknown,
): { readonly state: "gone" } | { readonly state: "hidden"; readonly reason: string } {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ESRCH") return { state: "gone" };
  return { state: "hidden", reason: reasonOf(error) };
}

function map<T, U>(seen: Seen<T>, change: (value: T) => U): Seen<U> {
  return seen.state === "seen" ? { state: "seen", value: change(seen.value) } : seen;
}
