import { readService, rootedFiles, type ServiceReading } from "@imagecred/node";
import { GoDurationError, parseGoDuration } from "@imagecred/protocol/go";
import type { Distribution } from "../distributions/types.ts";
import { CommandError, systemReason, UsageError } from "../errors.ts";
import { kubeletOfMachine, type RunningKubelet, runningKubelet } from "../machine/running-kubelet.ts";
import type { Platform } from "../runtime/types.ts";
import {
  checkRunningWith,
  type Evidence,
  type Expected,
  listens,
  logFiles,
  reasonInLog,
  rejectsPlugins,
} from "./kubelet-evidence.ts";
import type { ConfirmedKubelet } from "./record.ts";
import { openRcServices, type ServiceManager, serviceManager } from "./service-manager.ts";

/** The result of restarting the kubelet, or of waiting for a restart. */
export interface RestartReport {
  /**
   * `not-needed`: the kubelet already runs with the changes; `restarted`, `running` (someone else restarted it): it does now;
   * `late`: it was not restarted in time; `rolled-back`: it did not come up, the files were restored, and it runs again as
   * before; `down`: it did not come up.
   */
  readonly state: "not-needed" | "restarted" | "running" | "late" | "rolled-back" | "down";
  /** The service that contains the kubelet: `kubelet.service`. */
  readonly service: string | null;
  /** Process ID of the kubelet that runs now. */
  readonly pid: number | null;
  /** Time from the restart until it was up. */
  readonly milliseconds: number;
  /** Why a restart was needed. */
  readonly needed: string | null;
  /** The kubelet's own reason for not coming up. */
  readonly cause: string | null;
  /** How it is known which configuration the kubelet runs with; null if that was not checked. */
  readonly evidence: Evidence | null;
}

/** A kubelet that can be restarted, or the service that should start one. */
export interface Restartable {
  readonly manager: ServiceManager;
  /** Services to restart before the kubelet's, which write its flags (nodeadm on EKS). */
  readonly services: readonly string[];
  readonly service: string;
  readonly kubelet: RunningKubelet | undefined;
}

const DEFAULT_WAIT_MS = 60_000;
const NANOSECONDS = 1_000_000n;
const POLL_MS = 200;
/** A kubelet whose ports cannot be read counts as up after this time. */
const STEADY_MS = 10_000;

/** Milliseconds to wait; undefined for not waiting. @throws {UsageError} for an invalid duration */
export function waitMs(options: {
  readonly wait?: string | undefined;
  readonly restart?: boolean | undefined;
}): number | undefined {
  if (options.wait === undefined) return options.restart === true ? DEFAULT_WAIT_MS : undefined;
  return durationMs("--wait", options.wait);
}

/** Milliseconds of a duration in Go's syntax. @throws {UsageError} for other texts, and for a duration that is not positive */
export function durationMs(flag: string, text: string): number {
  try {
    const milliseconds = Number(parseGoDuration(text) / NANOSECONDS);
    if (milliseconds > 0) return milliseconds;
  } catch (error) {
    if (!(error instanceof GoDurationError)) throw error;
  }
  throw new UsageError(`${flag} ${text}: expected a duration such as 90s or 5m`);
}

/** Names of kubelet services, for machines on which no kubelet runs. */
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
 * The kubelet and service that would be restarted; called before anything is changed.
 * @throws {CommandError} if that is not clear, or not possible
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
        `--restart: ${title} does not belong to a ${manager.name} service, so it is not known what started it; install without --restart and restart it yourself; nothing was changed`,
      );
    }
    return { manager, services, service, kubelet: found.kubelet };
  }
  const service = serviceByName(manager, platform);
  if (service === undefined) {
    const notes = found.state === "none" ? found.notes : [];
    const why = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
    throw new CommandError(
      `--restart: no kubelet runs here${why}, and there is no kubelet service; in a container it needs hostPID; nothing was changed`,
    );
  }
  return { manager, services, service, kubelet: undefined };
}

/** `systemctl restart nodeadm-config nodeadm-run kubelet`: all but the last service write the flags of the last. */
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

/** The service to restart, and the state to wait for. */
export interface BringUp {
  /** undefined if someone else restarts it. */
  readonly restart: Restartable | undefined;
  /** The kubelet that runs now. */
  readonly kubelet: RunningKubelet | undefined;
  readonly waitMs: number;
  /** The configuration that the kubelet must run with; undefined after an uninstall: any kubelet that is up will do. */
  readonly expected: Expected | undefined;
  /** A reason to restart it regardless of its flags and start time. */
  readonly changed: string | undefined;
  readonly confirmed: ConfirmedKubelet | undefined;
  /** Restores the previous files. @returns whether there were any */
  readonly rollBack: () => boolean;
  /** Shows progress. */
  readonly say: (what: string) => void;
}

/**
 * Restarts the kubelet if it does not run with what is expected, and waits until it is up. If it does not come up, restores
 * the previous files and restarts it again. Without `restart`, waits until someone else has restarted it.
 * @throws {CommandError} if the service manager cannot be run
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
  plan.say("the kubelet did not come up: restoring the files");
  const old = runningKubelet(platform);
  const again = await restartOnce({ ...plan, restart, expected: undefined, old }, platform);
  return "up" in again
    ? report("rolled-back", again.up.pid, first.cause)
    : report("down", null, `${first.cause}; with the previous files: ${again.cause}`);
}

interface Needed {
  /** undefined if no restart is needed. */
  readonly why: string | undefined;
  readonly evidence: Evidence | null;
}

async function whyNeeded(
  { kubelet, expected, changed, confirmed }: BringUp,
  platform: Platform,
): Promise<Needed> {
  if (kubelet === undefined) return { why: "no kubelet runs", evidence: null };
  if (changed !== undefined || expected === undefined) return { why: changed, evidence: null };
  return checkRunningWith(kubelet, expected, confirmed, platform);
}

/** A kubelet that has come up, and how it is known that it runs with what is expected. */
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
  let polls = 0;
  const hasRejected = async () => {
    // The service manager is queried once a second, not each time the processes are read.
    if (++polls % 5 !== 0) return false;
    return (await manager.state(service)).ended && rejectsPlugins(await log());
  };
  const up = await untilUp(plan, platform, hasRejected);
  if (up !== undefined) return { up };
  const { text } = await manager.state(service);
  const reason = reasonInLog(await log());
  return { cause: reason === undefined ? `${service} is ${text}` : `${reason} (${service}: ${text})` };
}

/** The kubelet that has come up instead of the old one; undefined when the time is over or `isOver` returns true. */
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
        const { why, evidence } = await checkRunningWith(kubelet, expected, confirmed, platform);
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

/** Returns a function that reads what a service has logged since this call: its journal, and its unit's log files. */
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
