import type { Files } from "../files/files.ts";
import { joinPath } from "../files/paths.ts";
import { readText } from "../files/read-text.ts";
import { type RootedFiles, rootedFiles } from "../files/rooted-files.ts";
import { parseArgumentFile } from "../flags/argument-file.ts";
import { parseFlags } from "../flags/command-line.ts";
import { type Flags, flagValue, type Source } from "../flags/flag.ts";
import { type RancherSettings, rancherSettings } from "../flags/rancher.ts";
import {
  commandLine,
  commandName,
  controlGroups,
  environmentOf,
  executablePath,
  processIds,
  type Seen,
  type Stat,
  startedAt,
  statOf,
  workingDirectory,
} from "../process/process.ts";
import { readService, type Service } from "../systemd/service.ts";
import { type Belief, beliefIn } from "./belief.ts";
import { type Program, programOf, SUPERVISORS, type Supervisor, TITLES } from "./programs.ts";

/** A kubelet that runs on this machine, as root of this machine. */
export interface Kubelet {
  readonly pid: number;
  readonly program: Program;
  /** Who started it, where that is a program that sets its flags: RKE2, k0s. */
  readonly supervisor: Supervisor | undefined;
  /** `k3s (process 812)`, for messages. */
  readonly title: string;
  /** Milliseconds since the epoch, a second more or less. */
  readonly startedAt: number | undefined;
  /** Whether it has mounts of its own, so that its files are others than the machine's. */
  readonly mounts: "shared" | "own";
  /** Its files, by its own paths: read through /proc/PID/root. */
  readonly files: RootedFiles;
  /** Where its relative paths begin. */
  readonly directory: string;
  /** Path of its executable below its root; undefined where it cannot be seen. */
  readonly executable: string | undefined;
  /** The flags that it runs with, and where each comes from. */
  readonly flags: Flags;
  /** How k3s or RKE2 starts it; undefined for others. */
  readonly rancher: RancherSettings | undefined;
  /** What its plugins inherit, without `LD_*`; undefined where it cannot be seen. */
  readonly environment: Readonly<Record<string, string>> | undefined;
  /** The systemd unit that it belongs to: `kubelet.service`. */
  readonly unit: string | undefined;
}

/** A process that has a kubelet's name and is not believed. */
export interface Impostor {
  readonly pid: number;
  /** What it calls itself. */
  readonly name: string;
  readonly because: string;
}

/** What can be said about the kubelet of this machine. */
export type RunningKubelet =
  | {
      readonly state: "none";
      /** Sentences: a supervisor without a kubelet, a namespace that hides the machine's processes. */
      readonly notes: readonly string[];
      /** `hidden`: a pid namespace of its own hides the machine's processes, so a kubelet may run all the same. */
      readonly machineProcesses: "seen" | "hidden";
      readonly impostors: readonly Impostor[];
    }
  | { readonly state: "running"; readonly kubelet: Kubelet; readonly impostors: readonly Impostor[] }
  /** In numeric order of their processes. */
  | {
      readonly state: "several";
      readonly kubelets: readonly Kubelet[];
      readonly impostors: readonly Impostor[];
    }
  /** Something that looks like one runs, and whose it is cannot be seen; or nothing can be seen at all. */
  | { readonly state: "hidden"; readonly pids: readonly number[]; readonly reason: string };

/** The kernel's number of the first pid namespace (include/linux/proc_ns.h, PROC_PID_INIT_INO). */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";

interface Candidate {
  readonly pid: number;
  readonly program: Program | Supervisor;
  readonly name: string;
  readonly words: readonly string[];
  readonly executable: string | undefined;
  readonly stat: Stat;
  readonly belief: Exclude<Belief, { state: "gone" }>;
}

/**
 * Finds the kubelet among this machine's processes: kubelet, hyperkube, k3s, MicroK8s' kubelite, MicroShift, and those that RKE2
 * and k0s start. Only a process that root of the machine runs is believed, see {@link beliefIn}; what cannot be seen is
 * said and never guessed.
 */
export function runningKubelet(files: Files): RunningKubelet {
  const pids = processIds(files);
  if (pids === undefined) return { state: "hidden", pids: [], reason: "this system has no /proc" };
  const candidates = pids.flatMap((pid) => candidate(files, pid) ?? []);
  const kubelets = candidates.filter(({ program }) => !isSupervisor(program));
  const impostors = kubelets.flatMap(({ pid, name, belief }): readonly Impostor[] =>
    belief.state === "disbelieved" ? [{ pid, name, because: belief.because }] : [],
  );
  const supervisors = candidates.filter(
    ({ program, belief }) => isSupervisor(program) && belief.state === "believed",
  );
  const believed = kubelets
    .filter(({ belief }) => belief.state === "believed")
    .map((one) => kubeletOf(files, one, supervisors))
    .filter(({ rancher }) => rancher?.kubeletDisabled !== true);
  const [first] = believed;
  if (first !== undefined) {
    return believed.length === 1
      ? { state: "running", kubelet: first, impostors }
      : { state: "several", kubelets: believed, impostors };
  }
  const hidden = kubelets.filter(({ belief }) => belief.state === "hidden");
  const reason = hidden.map(({ belief }) => (belief.state === "hidden" ? belief.reason : ""))[0];
  if (reason !== undefined) return { state: "hidden", pids: hidden.map(({ pid }) => pid), reason };
  const processes = machineProcesses(files);
  return { state: "none", notes: notes(supervisors, processes), machineProcesses: processes, impostors };
}

function candidate(files: Files, pid: number): Candidate | undefined {
  const before = statOf(files, pid);
  const command = commandName(files, pid);
  const words = commandLine(files, pid);
  if (before.state !== "seen" || command.state !== "seen" || words.state !== "seen") return undefined;
  const executable = valueOrUndefined(executablePath(files, pid));
  const program = programOf({ command: command.value, executable, words: words.value });
  if (program === undefined) return undefined;
  const belief = beliefIn(files, pid);
  const after = statOf(files, pid);
  if (belief.state === "gone" || after.state === "gone") return undefined;
  // A number that belongs to another process by now says nothing.
  if (after.state === "seen" && !Object.is(after.value.startTicks, before.value.startTicks)) return undefined;
  const { value: stat } = before;
  return { pid, program, name: command.value, words: words.value, executable, stat, belief };
}

function kubeletOf(files: Files, one: Candidate, supervisors: readonly Candidate[]): Kubelet {
  const { pid, stat, belief } = one;
  const program = isSupervisor(one.program) ? "kubelet" : one.program;
  const own = rootedFiles(files, rootOf(files, pid, belief));
  const parent = supervisors.find((other) => other.pid === stat.parent)?.program;
  const supervisor = parent !== undefined && isSupervisor(parent) ? parent : undefined;
  const unit = unitOf(controlGroups(files, pid));
  const seen = valueOrUndefined(environmentOf(files, pid));
  const found = flagsOf(own, { ...one, program }, unit, seen);
  const known = TITLES[supervisor ?? program];
  return {
    pid,
    program,
    supervisor,
    title: `${known} (process ${pid})`,
    startedAt: startedAt(files, stat),
    mounts: belief.state === "believed" ? belief.mounts : "own",
    files: own,
    directory: valueOrUndefined(workingDirectory(files, pid)) ?? "/",
    executable: one.executable?.replace(/ \(deleted\)$/, ""),
    flags: found.flags,
    rancher: found.rancher,
    environment: seen === undefined ? undefined : withoutLoader({ ...found.environment, ...seen }),
    unit,
  };
}

/** A process that shares our mounts and has no root of its own sees what we see. */
function rootOf(files: Files, pid: number, belief: Belief): string {
  const path = `/proc/${pid}/root`;
  const shared = belief.state === "believed" && belief.mounts === "shared";
  try {
    return shared &&
      files.readLink(path) === "/" &&
      files.readLink("/proc/self/ns/mnt") === files.readLink(`/proc/${pid}/ns/mnt`)
      ? "/"
      : path;
  } catch {
    return path;
  }
}

interface FoundFlags {
  readonly flags: Flags;
  readonly rancher?: RancherSettings;
  /** Variables of the unit, where the process has written over its own. */
  readonly environment?: Readonly<Record<string, string>>;
}

function flagsOf(
  own: RootedFiles,
  {
    pid,
    program,
    words,
  }: { readonly pid: number; readonly program: Program; readonly words: readonly string[] },
  unit: string | undefined,
  environment: Readonly<Record<string, string>> | undefined,
): FoundFlags {
  const source: Source = { kind: "command-line", says: `the command line of process ${pid}` };
  switch (program) {
    case "kubelet":
    case "hyperkube":
      return { flags: { all: parseFlags(words.slice(1), source), unseen: [] } };
    case "kubelite":
      return { flags: kubeliteFlags(own, parseFlags(words.slice(1), source), environment) };
    case "microshift":
      return { flags: microshiftFlags(pid) };
    case "k3s":
      return k3sFlags(own, pid, words, source, unit, environment ?? {});
  }
}

/**
 * MicroShift sets flags within itself: its kubelet reads the configuration that MicroShift writes (its own values with the
 * `kubelet` section of /etc/microshift/config.yaml) and uses CRI-O. (openshift/microshift, pkg/node/kubelet.go)
 */
function microshiftFlags(pid: number): Flags {
  const source: Source = { kind: "default", says: "MicroShift's own" };
  return {
    all: [
      { name: "config", value: "/var/lib/microshift/resources/kubelet/config/config.yaml", source },
      { name: "container-runtime-endpoint", value: "unix:///var/run/crio/crio.sock", source },
    ],
    unseen: [
      `MicroShift (process ${pid}) sets its kubelet's flags within itself, where --image-credential-provider-config cannot be seen`,
    ],
  };
}

/** kubelite reads one file of flags, and none of its own flags is the kubelet's. */
function kubeliteFlags(
  own: RootedFiles,
  flags: Flags["all"],
  environment: Readonly<Record<string, string>> | undefined,
): Flags {
  const path =
    flagValue({ all: flags, unseen: [] }, "kubelet-args-file")?.value ??
    "/var/snap/microk8s/current/args/kubelet";
  const text = readText(own, path);
  if (text.state !== "read") {
    const reason = text.state === "absent" ? "it is not there" : text.reason;
    return { all: [], unseen: [`${path}, which has the kubelet's flags, cannot be read: ${reason}`] };
  }
  const usesVariables = /^[^#]*\$/m.test(text.text);
  const unseen =
    environment === undefined && usesVariables
      ? [`${path} uses variables of the process, which cannot be seen`]
      : [];
  return { all: parseArgumentFile(text.text, path, environment ?? {}), unseen };
}

/**
 * k3s writes a title over its command line, since it may hold secrets (gspt.SetProcTitle). What it was started with is then
 * in its unit, as far as that has not changed since.
 */
function k3sFlags(
  own: RootedFiles,
  pid: number,
  words: readonly string[],
  source: Source,
  unit: string | undefined,
  environment: Readonly<Record<string, string>>,
): FoundFlags {
  const settings = (
    after: readonly string[],
    wordsSource: Source,
    variables: Readonly<Record<string, string>>,
  ) => rancherSettings(own, { program: "k3s", words: after, wordsSource, environment: variables });
  if (!isTitle(words)) {
    const rancher = settings(afterCommand(words), source, environment);
    return { flags: rancher.flags, rancher };
  }
  const service = unit === undefined ? undefined : serviceOf(own, unit);
  if (service !== undefined) {
    const { path, line } = service.command;
    const said: Source = { kind: "unit", says: `${path}:${line}`, path, line };
    const variables = { ...service.environment, ...environment };
    const rancher = settings(afterCommand(service.words), said, variables);
    return { flags: rancher.flags, rancher, environment: service.environment };
  }
  const rancher = settings([], source, environment);
  const hidden = `k3s (process ${pid}) hides its command line, and no unit shows it: a --kubelet-arg there is not seen`;
  return { flags: { ...rancher.flags, unseen: [...rancher.flags.unseen, hidden] }, rancher };
}

/** A title is one word with a space in it, or has nothing but empty words behind it. */
function isTitle(words: readonly string[]): boolean {
  return /\s(?:server|agent)\s*$/.test(words[0] ?? "") || words.slice(1).some((word) => word === "");
}

function afterCommand(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => word === "server" || word === "agent");
  return at < 0 ? [] : words.slice(at + 1);
}

function serviceOf(own: RootedFiles, unit: string): Service | undefined {
  const reading = readService(own, unit);
  return reading.state === "read" ? reading.service : undefined;
}

/** The last part of a group's path that is a service: `/system.slice/k3s.service`. */
function unitOf(groups: Seen<readonly string[]>): string | undefined {
  if (groups.state !== "seen") return undefined;
  return groups.value
    .map((path) => path.split("/").findLast((part) => part.endsWith(".service")))
    .find((name) => name !== undefined);
}

/** The dynamic loader's variables make a program run other code, so they are never handed on. */
function withoutLoader(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("LD_")));
}

function notes(supervisors: readonly Candidate[], machineProcesses: "seen" | "hidden"): readonly string[] {
  const found = supervisors.map(({ program, pid }) => {
    return `${TITLES[program]} runs here (process ${pid}), and the kubelet that it starts does not`;
  });
  if (machineProcesses === "hidden") {
    found.push(
      "only the processes of this container (its pid namespace) can be seen, not those of the machine",
    );
  }
  return found;
}

function machineProcesses(files: Files): "seen" | "hidden" {
  try {
    return files.readLink("/proc/1/ns/pid") === FIRST_PID_NAMESPACE ? "seen" : "hidden";
  } catch {
    // Without the link there is nothing to say about it.
    return "seen";
  }
}

function isSupervisor(program: Program | Supervisor): program is Supervisor {
  return SUPERVISORS.some((one) => one === program);
}

function valueOrUndefined<T>(seen: Seen<T>): T | undefined {
  return seen.state === "seen" ? seen.value : undefined;
}

/** An absolute path of a kubelet's, for a value that may be relative to where it was started. */
export function kubeletPath(kubelet: Kubelet, path: string): string {
  return joinPath(kubelet.directory, path);
}
