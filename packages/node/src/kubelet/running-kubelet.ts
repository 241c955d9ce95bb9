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
import { checkProcess, type ProcessCheck } from "./process-check.ts";
import { type Program, programOf, SUPERVISORS, type Supervisor, TITLES } from "./programs.ts";

/** A kubelet that runs on this machine as root. */
export interface Kubelet {
  readonly pid: number;
  readonly program: Program;
  /** The program that started it and sets its flags: RKE2 or k0s; undefined for others. */
  readonly supervisor: Supervisor | undefined;
  /** `k3s (process 812)`, for messages. */
  readonly title: string;
  /** Milliseconds since the epoch, accurate to about a second. */
  readonly startedAt: number | undefined;
  /** `own`: it has its own mounts, so that its files can differ from the machine's. */
  readonly mounts: "shared" | "own";
  /** Its files by its own paths, read through /proc/PID/root. */
  readonly files: RootedFiles;
  /** Its working directory, for relative paths. */
  readonly directory: string;
  /** Path of its executable below its root; undefined if it cannot be read. */
  readonly executable: string | undefined;
  /** Its flags, each with its source. */
  readonly flags: Flags;
  /** How k3s or RKE2 starts it; undefined for others. */
  readonly rancher: RancherSettings | undefined;
  /** The environment that its plugins inherit, without `LD_*`; undefined if it cannot be read. */
  readonly environment: Readonly<Record<string, string>> | undefined;
  /** The systemd unit that it belongs to: `kubelet.service`. */
  readonly unit: string | undefined;
}

/** A process that has a kubelet's name but is not accepted. */
export interface Impostor {
  readonly pid: number;
  readonly name: string;
  readonly because: string;
}

/** The kubelet of this machine, or why it is not known. */
export type RunningKubelet =
  | {
      readonly state: "none";
      /** Sentences: a supervisor without a kubelet, a namespace that hides the machine's processes. */
      readonly notes: readonly string[];
      /** `hidden`: this process has its own pid namespace, so a kubelet can run without being visible. */
      readonly machineProcesses: "seen" | "hidden";
      readonly impostors: readonly Impostor[];
    }
  | { readonly state: "running"; readonly kubelet: Kubelet; readonly impostors: readonly Impostor[] }
  /** In order of their process IDs. */
  | {
      readonly state: "several";
      readonly kubelets: readonly Kubelet[];
      readonly impostors: readonly Impostor[];
    }
  /** A process with a kubelet's name runs, but its user or namespaces cannot be read; or there is no /proc. */
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
  readonly check: Exclude<ProcessCheck, { state: "gone" }>;
}

/**
 * Finds the kubelet among this machine's processes: kubelet, hyperkube, k3s, MicroK8s' kubelite, MicroShift, and those that
 * RKE2 and k0s start. Accepts only processes of the machine's root, see {@link checkProcess}; reports what cannot be read, and
 * never guesses.
 */
export function runningKubelet(files: Files): RunningKubelet {
  const pids = processIds(files);
  if (pids === undefined) return { state: "hidden", pids: [], reason: "this system has no /proc" };
  const candidates = pids.flatMap((pid) => candidate(files, pid) ?? []);
  const kubelets = candidates.filter(({ program }) => !isSupervisor(program));
  const impostors = kubelets.flatMap(({ pid, name, check }): readonly Impostor[] =>
    check.state === "rejected" ? [{ pid, name, because: check.because }] : [],
  );
  const supervisors = candidates.filter(
    ({ program, check }) => isSupervisor(program) && check.state === "accepted",
  );
  const accepted = kubelets
    .filter(({ check }) => check.state === "accepted")
    .map((one) => kubeletOf(files, one, supervisors))
    .filter(({ rancher }) => rancher?.kubeletDisabled !== true);
  const [first] = accepted;
  if (first !== undefined) {
    return accepted.length === 1
      ? { state: "running", kubelet: first, impostors }
      : { state: "several", kubelets: accepted, impostors };
  }
  const hidden = kubelets.filter(({ check }) => check.state === "hidden");
  const reason = hidden.map(({ check }) => (check.state === "hidden" ? check.reason : ""))[0];
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
  const check = checkProcess(files, pid);
  const after = statOf(files, pid);
  if (check.state === "gone" || after.state === "gone") return undefined;
  // The process ID belongs to another process now.
  if (after.state === "seen" && !Object.is(after.value.startTicks, before.value.startTicks)) return undefined;
  const { value: stat } = before;
  return { pid, program, name: command.value, words: words.value, executable, stat, check };
}

function kubeletOf(files: Files, one: Candidate, supervisors: readonly Candidate[]): Kubelet {
  const { pid, stat, check } = one;
  const program = isSupervisor(one.program) ? "kubelet" : one.program;
  const own = rootedFiles(files, rootOf(files, pid, check));
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
    mounts: check.state === "accepted" ? check.mounts : "own",
    files: own,
    directory: valueOrUndefined(workingDirectory(files, pid)) ?? "/",
    executable: one.executable?.replace(/ \(deleted\)$/, ""),
    flags: found.flags,
    rancher: found.rancher,
    environment: seen === undefined ? undefined : withoutLoader({ ...found.environment, ...seen }),
    unit,
  };
}

/** `/` for a process with our mounts and root directory. */
function rootOf(files: Files, pid: number, check: ProcessCheck): string {
  const path = `/proc/${pid}/root`;
  const shared = check.state === "accepted" && check.mounts === "shared";
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
  /** Variables of the unit, if the process has overwritten its own. */
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
  const source: Source = { kind: "command-line", label: `the command line of process ${pid}` };
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
 * MicroShift sets its kubelet's flags internally: the kubelet reads the configuration that MicroShift writes (its own values
 * and the `kubelet` section of /etc/microshift/config.yaml) and uses CRI-O. (openshift/microshift, pkg/node/kubelet.go)
 */
function microshiftFlags(pid: number): Flags {
  const source: Source = { kind: "default", label: "MicroShift's own" };
  return {
    all: [
      { name: "config", value: "/var/lib/microshift/resources/kubelet/config/config.yaml", source },
      { name: "container-runtime-endpoint", value: "unix:///var/run/crio/crio.sock", source },
    ],
    unseen: [
      `MicroShift (process ${pid}) sets its kubelet's flags internally, so --image-credential-provider-config is not known`,
    ],
  };
}

/** kubelite reads the kubelet's flags from a file; its own flags are not the kubelet's. */
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
    const reason = text.state === "absent" ? "it does not exist" : text.reason;
    return { all: [], unseen: [`${path}, which has the kubelet's flags, cannot be read: ${reason}`] };
  }
  const usesVariables = /^[^#]*\$/m.test(text.text);
  const unseen =
    environment === undefined && usesVariables
      ? [`${path} uses variables of the process, which cannot be read`]
      : [];
  return { all: parseArgumentFile(text.text, path, environment ?? {}), unseen };
}

/**
 * k3s overwrites its command line with a title, because it can contain secrets (gspt.SetProcTitle). Its arguments are then
 * read from its unit, which can have changed since.
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
    const said: Source = { kind: "unit", label: `${path}:${line}`, path, line };
    const variables = { ...service.environment, ...environment };
    const rancher = settings(afterCommand(service.words), said, variables);
    return { flags: rancher.flags, rancher, environment: service.environment };
  }
  const rancher = settings([], source, environment);
  const hidden = `k3s (process ${pid}) hides its command line, and it has no unit: a --kubelet-arg there is not known`;
  return { flags: { ...rancher.flags, unseen: [...rancher.flags.unseen, hidden] }, rancher };
}

/** Whether a command line is a title: one word with a space in it, or a word with only empty words after it. */
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

/** The last part of a group's path that is a service: `k3s.service` of `/system.slice/k3s.service`. */
function unitOf(groups: Seen<readonly string[]>): string | undefined {
  if (groups.state !== "seen") return undefined;
  return groups.value
    .map((path) => path.split("/").findLast((part) => part.endsWith(".service")))
    .find((name) => name !== undefined);
}

/** The variables of the dynamic loader make a program run other code, so they are not passed on. */
function withoutLoader(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("LD_")));
}

function notes(supervisors: readonly Candidate[], machineProcesses: "seen" | "hidden"): readonly string[] {
  const found = supervisors.map(({ program, pid }) => {
    return `${TITLES[program]} runs here (process ${pid}), but its kubelet does not`;
  });
  if (machineProcesses === "hidden") {
    found.push(
      "only the processes of this container (its pid namespace) are visible, not those of the machine",
    );
  }
  return found;
}

function machineProcesses(files: Files): "seen" | "hidden" {
  try {
    return files.readLink("/proc/1/ns/pid") === FIRST_PID_NAMESPACE ? "seen" : "hidden";
  } catch {
    // Without the link, assume that they are visible.
    return "seen";
  }
}

function isSupervisor(program: Program | Supervisor): program is Supervisor {
  return SUPERVISORS.some((one) => one === program);
}

function valueOrUndefined<T>(seen: Seen<T>): T | undefined {
  return seen.state === "seen" ? seen.value : undefined;
}

/** The absolute path for a kubelet's path, which can be relative to its working directory. */
export function kubeletPath(kubelet: Kubelet, path: string): string {
  return joinPath(kubelet.directory, path);
}
