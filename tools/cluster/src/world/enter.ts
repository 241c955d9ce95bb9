import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { findGroups, removeGroups } from "../node/cgroups.ts";

/** Environment variable with the world's directory, for the programs in it. */
export const WORLD_VARIABLE = "IMAGECRED_WORLD";

export interface World {
  /** A directory for everything that is written, removed in the end. */
  readonly directory: string;
  /** Pid, as this process sees it, of the world's first process. */
  readonly pid: number;
  /** The exit code of the command that it runs, once nothing of the world is left. */
  readonly ended: Promise<number>;
  /** Sends the command a signal. */
  signal(name: NodeJS.Signals): void;
}

/**
 * Starts a command alone in new namespaces: a network without a route out, processes that end with the
 * first one, mounts that no other process sees. It has this process's standard streams.
 */
export async function startWorld(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<World> {
  await sweep();
  const directory = mkdtempSync(join(base(), `${PREFIX}${process.pid}-`));
  // Killed with this process, and everything in the namespaces with it.
  const child = spawn(
    "setpriv",
    ["--pdeathsig", "KILL", "unshare", ...UNSHARE, "sh", "-c", FIRST, "sh", ...command],
    {
      stdio: "inherit",
      env: { ...process.env, ...env, [WORLD_VARIABLE]: directory },
    },
  );
  const ended = once(child, "close").then(async ([code, signal]) => {
    await remove(directory);
    return typeof code === "number" ? code : 128 + (signal === "SIGINT" ? 2 : 15);
  });
  const pid = await firstProcess(child, ended);
  return {
    directory,
    pid,
    ended,
    signal(name) {
      for (const command of childrenOf(pid)) process.kill(command, name);
    },
  };
}

/** The world that this process is in. @throws Error outside of one */
export function worldDirectory(): string {
  const directory = process.env[WORLD_VARIABLE];
  if (directory === undefined) throw new Error("not in a world of its own: use tools/cluster/src/main.ts");
  return directory;
}

const PREFIX = "imagecred-cluster-";

/**
 * Parent of the worlds' directories, whose names contain the pids of their processes. A nested world
 * has other pids, so its directory is in the outer one's.
 */
function base(): string {
  return process.env[WORLD_VARIABLE] ?? tmpdir();
}

/** Removes what does not disappear with the namespaces. */
async function remove(directory: string): Promise<void> {
  await removeGroups(findGroups(`${basename(directory)}.`));
  rmSync(directory, { recursive: true, force: true });
}

/** Removes the leftovers of worlds whose process was killed. */
export async function sweep(): Promise<void> {
  for (const name of readdirSync(base())) {
    const pid = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split("-")[0] : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await remove(join(base(), name));
  }
}

const UNSHARE = [
  "--net",
  "--mount",
  "--pid",
  "--uts",
  "--ipc",
  "--fork",
  "--kill-child",
  "--mount-proc",
  "--",
];
/** Stays as the first process, to reap orphans: Node.js would not. /run is the world's own for `ip netns`. */
const FIRST = 'mount -t tmpfs -o mode=755 tmpfs /run && "$@"; exit $?';

async function firstProcess(child: ChildProcess, ended: Promise<number>): Promise<number> {
  const { pid } = child;
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (;;) {
    const [first] = childrenOf(pid);
    if (first !== undefined) return first;
    if (over) throw new Error("the namespaces could not be made");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Pids of a process's children; none when it has ended. */
export function childrenOf(pid: number | undefined): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .trim()
      .split(" ")
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
