import { readService, rootedFiles, type ServiceReading } from "@imagecred/node";
import { GoDurationError, parseGoDuration } from "@imagecred/protocol/go";
import type { Distribution } from "../distributions/types.ts";
import { CommandError, systemReason, UsageError } from "../errors.ts";
import { kubeletOfMachine, type RunningKubelet, runningKubelet } from "../machine/running-kubelet.ts";
import type { Platform } from "../runtime/types.ts";
import {
  type Evidence,
  type Expected,
  judgeRunningWith,
  listens,
  logFiles,
  reasonInLog,
  refusesPlugins,
} from "./kubelet-evidence.ts";
import type { ConfirmedKubelet } from "./record.ts";
import { openRcServices, type ServiceManager, serviceManager } from "./service-manager.ts";

/** What came of a restart, or of waiting for one. */
export interface RestartReport {
  /**
   * `not-needed`: the kubelet runs with it already; `restarted`, `running` (someone else restarted it): it does now; `late`: it
   * was not restarted within the time; `rolled-back`: it did not come up, the files were put back, and it runs again as before;
   * `down`: it did not come up.
   */
  readonly state: "not-needed" | "restarted" | "running" | "late" | "rolled-back" | "down";
  /** The service that contains the kubelet: `kubelet.service`. */
  readonly service: string | null;
  /** The process that runs now. */
  readonly pid: number | null;
  /** Time from the restart until it was up. */
  readonly milliseconds: number;
  /** Why a restart was needed. */
  readonly needed: string | null;
  /** The kubelet's own reason for not coming up. */
  readonly cause: string | null;
  /** What the judgement about the kubelet's configuration is from; null where there was none to judge. */
  readonly evidence: Evidence | null;
}

/** A kubelet, or the service that should start one, that can be restarted. */
export interface Restartable {
  readonly manager: ServiceManager;
  /** Before the kubelet's: what makes its flags (nodeadm on EKS). */
  readonly services: readonly string[];
  readonly service: string;
  readonly kubelet: RunningKubelet | undefined;
}

const DEFAULT_WAIT_MS = 60_000;
const NANOSECONDS = 1_000_000n;
const POLL_MS = 200;
/** A kubelet whose ports cannot be seen is taken to be up when it has lived as long. */
const STEADY_MS = 10_000;

/** Milliseconds to wait; undefined where nothing is waited for. @throws {UsageError} */
export function waitMs(options: {
  readonly wait?: string | undefined;
  readonly restart?: boolean | undefined;
}): number | undefined {
  if (options.wait === undefined) return options.restart === true ? DEFAULT_WAIT_MS : undefined;
  return durationMs("--wait", options.wait);
}

/** A duration as Go and Kubernetes write it, in milliseconds. @throws {UsageError} for others, and for none at all */
export function durationMs(flag: string, text: string): number {
  try {
    const milliseconds = Number(parseGoDuration(text) / NANOSECONDS);
    if (milliseconds > 0) return milliseconds;
  } catch (error) {
    if (!(error instanceof GoDurationError)) throw error;
  }
  throw new UsageError(`${flag} ${text}: expected a duration such as 90s or 5m`);
}

/** Kubelets' services, where no process shows the name. */
const USUAL_SERVICES = [
  "kubelet",
  "k3s",
  "k3s-agent",
  "rke2-server",
  "rke2-agent",
  "k0sworker",
  "k0scontroller",
];

/**
 * What would be restarted; called before anything is changed.
 * @throws {CommandError} where that is not clear, or not in our power
 */
export function restartable(distribution: Distribution | undefined, platform: Platform): Restartable {
  const found = kubeletOfMachine(platform);
  if (found.state === "several" || found.state === "hidden") {
    throw new CommandError(`--restart: ${found.reason}; nothing was changed`);
  }
  const manager = serviceManager(platform);
  const services = servicesBefore(distribution);
  if (found.state === "running") {
    const { node, title } = found.kubelet;
    const service = node.unit ?? serviceByName(manager, platform);
    if (service === undefined) {
      throw new CommandError(
        `--restart: ${title} belongs to no service of ${manager.name}, so what started it is not known; restart it as it was started; nothing was changed`,
      );
    }
    return { manager, services, service, kubelet: found.kubelet };
  }
  const service = serviceByName(manager, platform);
  if (service === undefined) {
    const notes = found.state === "none" ? found.notes : [];
    const why = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
    throw new CommandError(
      `--restart: no kubelet runs here${why}, and there is no service of one; in a container it needs hostPID; nothing was changed`,
    );
  }
  return { manager, services, service, kubelet: undefined };
}

/** `systemctl restart nodeadm-config nodeadm-run kubelet`: all but the last one make the flags of the last. */
function servicesBefore(distribution: Distribution | undefined): readonly string[] {
  const [program, verb, ...services] = distribution?.restart.split(" ") ?? [];
  return program === "systemctl" && verb === "restart" ? services.slice(0, -1) : [];
}

function serviceByName(manager: ServiceManager, platform: Platform): string | undefined {
  if (manager.name === "OpenRC") {
    const started = openRcServices(manager, platform);
    return USUAL_SERVICES.find((name) => started.includes(name));
  }
  return USUAL_SERVICES.map((name) => `${name}.service`).find(
    (unit) => unitOf(unit, manager, platform).state === "read",
  );
}

function unitOf(unit: string, manager: ServiceManager, { fileSystem }: Platform): ServiceReading {
  return readService(rootedFiles(fileSystem, manager.root), unit);
}

/** What to do around a restart. */
export interface BringUp {
  /** undefined: someone else restarts it. */
  readonly restart: Restartable | undefined;
  /** The one that runs now. */
  readonly kubelet: RunningKubelet | undefined;
  readonly waitMs: number;
  /** What the kubelet is to run with; undefined after an uninstall, where anything that is up will do. */
  readonly expected: Expected | undefined;
  /** Why it has to be restarted whatever its flags and its age say. */
  readonly changed: string | undefined;
  readonly confirmed: ConfirmedKubelet | undefined;
  /** Puts the files back. @returns whether there was anything to put back */
  readonly rollBack: () => boolean;
  /** Says what is waited for. */
  readonly say: (what: string) => void;
}

/**
 * Restarts the kubelet if it runs without what is expected, and waits until it is up; one that does not come up gets its
 * old files back and is restarted again. Without `restart`, waits until someone else has done it.
 * @throws {CommandError} where the service manager cannot be asked
 */
export async function bringUp(plan: BringUp, platform: Platform): Promise<RestartReport> {
  const { expected, restart, kubelet } = plan;
  const needed = await whyNeeded(plan, platform);
  const started = platform.clock.now();
  const report = (
    state: RestartReport["state"],
    pid: number | null,
    cause: string | null = null,
    evidence: Evidence | null = needed.evidence,
  ) => ({
    state,
    service: restart?.service ?? kubelet?.node.unit ?? null,
    pid,
    milliseconds: platform.clock.now() - started,
    needed: needed.why ?? null,
    cause,
    evidence,
  });
  if (needed.why === undefined) return report("not-needed", kubelet?.pid ?? null);
  if (restart === undefined) {
    plan.say("waiting for the kubelet to be restarted");
    const up = await untilUp({ ...plan, old: kubelet }, platform, () => Promise.resolve(false));
    return up === undefined
      ? report("late", kubelet?.pid ?? null, needed.why)
      : report("running", up.pid, null, up.evidence);
  }
  const first = await restartOnce({ ...plan, restart, old: kubelet }, platform);
  if ("up" in first) return report("restarted", first.up.pid, null, first.up.evidence);
  if (expected === undefined || !plan.rollBack()) return report("down", null, first.cause);
  plan.say("the kubelet did not come up: putting the files back");
  const old = runningKubelet(platform);
  const again = await restartOnce({ ...plan, restart, expected: undefined, old }, platform);
  return "up" in again
    ? report("rolled-back", again.up.pid, first.cause)
    : report("down", null, `${first.cause}; with the old files: ${again.cause}`);
}

interface Needed {
  /** undefined: it is not. */
  readonly why: string | undefined;
  readonly evidence: Evidence | null;
}

async function whyNeeded(
  { kubelet, expected, changed, confirmed }: BringUp,
  platform: Platform,
): Promise<Needed> {
  if (kubelet === undefined) return { why: "no kubelet runs", evidence: null };
  if (changed !== undefined || expected === undefined) return { why: changed, evidence: null };
  return judgeRunningWith(kubelet, expected, confirmed, platform);
}

/** A kubelet that has come up, and what shows that it runs with what is expected. */
interface Up {
  readonly pid: number;
  readonly evidence: Evidence | null;
}

type Waiting = Pick<BringUp, "expected" | "waitMs"> & { readonly old: RunningKubelet | undefined };
type Attempt = BringUp & Waiting & { readonly restart: Restartable };
type Outcome = { readonly up: Up } | { readonly cause: string };

async function restartOnce(plan: Attempt, platform: Platform): Promise<Outcome> {
  const { restart, say } = plan;
  const { manager, service, services } = restart;
  const log = logReader(restart, platform);
  say(`restarting ${service}`);
  try {
    for (const before of services) await manager.restart(before, "wait");
    await manager.restart(service, "do-not-wait");
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { cause: error.message };
  }
  say(`waiting for ${service} to come up`);
  let asked = 0;
  const hasRefused = async () => {
    // The service manager is asked once a second, and not at every look at the processes.
    if (++asked % 5 !== 0) return false;
    return (await manager.state(service)).ended && refusesPlugins(await log());
  };
  const up = await untilUp(plan, platform, hasRefused);
  if (up !== undefined) return { up };
  const { says } = await manager.state(service);
  const reason = reasonInLog(await log());
  return { cause: reason === undefined ? `${service} is ${says}` : `${reason} (${service}: ${says})` };
}

/** The kubelet that has come up in the place of the old one, or undefined when the time is over or `isOver` says so. */
async function untilUp(
  { old, expected, waitMs: limit }: Waiting,
  platform: Platform,
  isOver: () => Promise<boolean>,
): Promise<Up | undefined> {
  const { clock, fileSystem } = platform;
  const end = clock.now() + limit;
  const seen = new Map<number, number>();
  for (;;) {
    const kubelet = runningKubelet(platform);
    if (kubelet !== undefined && isAnother(kubelet, old)) {
      const since = seen.get(kubelet.pid) ?? clock.now();
      seen.set(kubelet.pid, since);
      const ready = listens(kubelet, fileSystem) ?? clock.now() - since >= Math.min(STEADY_MS, limit / 2);
      const confirmed = { pid: kubelet.pid, startedAt: kubelet.startedAt ?? 0, at: clock.now() };
      if (ready && expected === undefined) return { pid: kubelet.pid, evidence: null };
      if (ready && expected !== undefined) {
        const { why, evidence } = await judgeRunningWith(kubelet, expected, confirmed, platform);
        if (why === undefined) return { pid: kubelet.pid, evidence };
      }
    }
    if (clock.now() >= end || (await isOver())) return undefined;
    await clock.sleep(POLL_MS);
  }
}

function isAnother(kubelet: RunningKubelet, old: RunningKubelet | undefined): boolean {
  return kubelet.pid !== old?.pid || (kubelet.startedAt ?? 0) - (old.startedAt ?? 0) > 2000;
}

const LARGEST_LOG_BYTES = 64 << 20;

/** Reads what a service logs from now on: its journal, and the files that its unit names. */
function logReader({ manager, service }: Restartable, platform: Platform): () => Promise<readonly string[]> {
  const since = platform.clock.now();
  const reading = unitOf(service, manager, platform);
  const files = rootedFiles(platform.fileSystem, manager.root);
  const paths = reading.state === "read" ? logFiles(reading.service.texts.map(({ text }) => text)) : [];
  const sizeOf = (path: string) => files.status(path)?.size ?? 0;
  const begun = new Map(paths.map((path) => [path, sizeOf(path)]));
  return async () => {
    const lines = paths.flatMap((path) => {
      try {
        const bytes = files.read(path, LARGEST_LOG_BYTES).subarray(begun.get(path));
        return new TextDecoder().decode(bytes).split("\n");
      } catch (error) {
        return [`${path} cannot be read: ${systemReason(error)}`];
      }
    });
    return [...(await manager.log(service, since)), ...lines];
  };
}
