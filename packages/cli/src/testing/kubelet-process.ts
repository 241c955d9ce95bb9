/** A process of a simulated machine, in /proc. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { Bench } from "./run.ts";

/** A kubelet's data in /proc. */
export interface KubeletProcess {
  readonly name?: string;
  /** Words of its command line, its name first. */
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Real, effective and saved user; default: root. */
  readonly user?: number;
  /** Its pid namespace; default: the machine's. */
  readonly namespace?: string;
  /** Clock ticks between boot and its start. */
  readonly startTicks?: number;
  readonly group?: string;
  /** Its parent process; default: process 1. */
  readonly parent?: number;
}

/** The first pid namespace of every kernel. */
const MACHINE = "pid:[4026531836]";

/** Writes the /proc files of a process and of process 1. */
export function putKubelet(place: Bench, pid: number, process: KubeletProcess): void {
  const { name = "kubelet", words, env = {}, user = 0, namespace = MACHINE, startTicks = 60_000 } = process;
  const at = (file: string) => place.path("proc", file);
  const link = (file: string, target: string) => {
    mkdirSync(at(`${file}/..`), { recursive: true });
    symlinkSync(target, at(file));
  };
  for (const one of ["1", "self"]) namespaces(one, MACHINE);
  namespaces(String(pid), namespace);
  function namespaces(of: string, pids: string): void {
    for (const [kind, text] of [
      ["pid", pids],
      ["mnt", "mnt:[2]"],
      ["user", "user:[3]"],
    ] as const) {
      try {
        link(`${of}/ns/${kind}`, text);
      } catch {
        // Process 1 exists from an earlier call.
      }
    }
  }
  link(`${pid}/root`, "/");
  link(`${pid}/cwd`, "/");
  writeFileSync(at(`${pid}/comm`), `${name}\n`);
  writeFileSync(at(`${pid}/cmdline`), words.map((word) => `${word}\0`).join(""));
  const variables = Object.entries(env).map(([key, value]) => `${key}=${value}\0`);
  writeFileSync(at(`${pid}/environ`), variables.join(""));
  writeFileSync(
    at(`${pid}/status`),
    `Name:\t${name}\nUid:\t${user}\t${user}\t${user}\t${user}\nCapEff:\t000001ffffffffff\n`,
  );
  // The name of a process can have blanks and parentheses.
  writeFileSync(
    at(`${pid}/stat`),
    `${pid} (kube) let) S ${process.parent ?? 1} ${"0 ".repeat(17)}${startTicks} 0 0\n`,
  );
  writeFileSync(at(`${pid}/cgroup`), `0::${process.group ?? "/system.slice/kubelet.service"}\n`);
}
