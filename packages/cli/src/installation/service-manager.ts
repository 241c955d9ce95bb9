import { joinPath, listDirectory, readText } from "@imagecred/node";
import { CommandError, systemCode, systemReason } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";

/** The state of a service. */
export interface ServiceState {
  /** The service manager's words: `active (running)`, `activating (auto-restart), exit status 1`. */
  readonly text: string;
  /** Whether it was started and has exited, and the manager has given up or waits before the next attempt. */
  readonly ended: boolean;
}

/** The service manager of this machine. */
export interface ServiceManager {
  readonly name: "systemd" | "OpenRC";
  /** Path of the machine's root directory for this process. */
  readonly root: string;
  /** Restarts a service; reloads its files first if needed. @throws {CommandError} */
  restart(service: string, until: "wait" | "do-not-wait"): Promise<void>;
  state(service: string): Promise<ServiceState>;
  /** The last lines that the service has logged since a time (milliseconds since the epoch), if the manager stores them. */
  log(service: string, sinceMs: number): Promise<readonly string[]>;
}

const MACHINE_ROOT = "/proc/1/root";

/** The process whose mounts the machine's programs run in; undefined if they are ours. */
type Mounts = number | undefined;

/** Directories of systemctl and the like on all known distributions; the last one is for NixOS. */
const DIRECTORIES = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/run/current-system/sw/bin"];
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const TIMEOUT_MS = 30_000;
/** systemctl restart waits until a Type=notify service reports that it is up, at most for the service's own time limit. */
const RESTART_TIMEOUT_MS = 120_000;
const MOST_OUTPUT_BYTES = 1 << 20;
const LOG_LINES = 200;

/**
 * The service manager of this machine; from a container, that of process 1.
 * @throws {CommandError} if it is neither systemd nor OpenRC, or process 1 is not the machine's
 */
export function serviceManager(platform: Platform): ServiceManager {
  const { fileSystem } = platform;
  const mounts = mountsOfMachine(platform);
  const root = mounts === undefined ? "/" : MACHINE_ROOT;
  // sd_booted(3).
  if (fileSystem.status(joinPath(root, "run/systemd/system")) !== undefined) return systemd(platform, mounts);
  if (fileSystem.status(joinPath(root, "run/openrc")) !== undefined) return openRc(platform, mounts);
  throw new CommandError(
    "--restart: this machine runs neither systemd nor OpenRC; install without --restart and restart the kubelet as the distribution does",
  );
}

function mountsOfMachine({ fileSystem }: Platform): Mounts {
  try {
    return fileSystem.readLink("/proc/self/ns/mnt") === fileSystem.readLink("/proc/1/ns/mnt") ? undefined : 1;
  } catch (error) {
    throw new CommandError(
      `--restart: reading the mounts of process 1: ${systemReason(error)}; a container needs hostPID and must be privileged`,
      { cause: error },
    );
  }
}

interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the machine from one of {@link DIRECTORIES}. @throws {CommandError} */
async function runOfMachine(
  platform: Platform,
  mounts: Mounts,
  name: string,
  args: readonly string[],
  timeoutMs = TIMEOUT_MS,
): Promise<Output> {
  for (const directory of DIRECTORIES) {
    try {
      const { status, stdout, stderr, timedOut } = await platform.runProgram({
        file: joinPath(directory, name),
        args,
        env: { PATH, LC_ALL: "C", SYSTEMD_COLORS: "0", SYSTEMD_PAGER: "" },
        stdin: "",
        timeoutMs,
        maxStdoutBytes: MOST_OUTPUT_BYTES,
        maxWaitAfterExitMs: 1000,
        ...(mounts === undefined ? {} : { mountsOf: mounts }),
      });
      const late = timedOut ? `${name} did not end within ${timeoutMs / 1000} s\n` : "";
      // The error is nsenter's, which runs if Node.js cannot enter the mounts itself.
      if (status === 127 && stderr.startsWith("nsenter:")) continue;
      return { status, stdout: new TextDecoder().decode(stdout), stderr: `${late}${stderr}` };
    } catch (error) {
      const code = systemCode(error);
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      const more =
        code === "EPERM" && mounts !== undefined ? " (the container must be privileged, with hostPID)" : "";
      throw new CommandError(`running ${name} ${args.join(" ")}: ${systemReason(error)}${more}`, {
        cause: error,
      });
    }
  }
  throw new CommandError(`running ${name}: not found in ${DIRECTORIES.join(", ")}`);
}

function systemd(platform: Platform, mounts: Mounts): ServiceManager {
  const systemctl = (args: readonly string[], timeoutMs?: number) =>
    runOfMachine(platform, mounts, "systemctl", args, timeoutMs);
  const must = async (args: readonly string[], timeoutMs?: number): Promise<void> => {
    const { status, stderr } = await systemctl(args, timeoutMs);
    if (status !== 0)
      throw new CommandError(`systemctl ${args.join(" ")}: ${stderr.trim() || `exit status ${status}`}`);
  };
  const show = async (service: string): Promise<ReadonlyMap<string, string>> => {
    const keys = "ActiveState,SubState,Result,ExecMainStatus,ExecMainCode,NeedDaemonReload";
    const { stdout } = await systemctl(["show", service, `--property=${keys}`]);
    return new Map(
      stdout
        .split("\n")
        .filter((line) => line.includes("="))
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
  };
  return {
    name: "systemd",
    root: mounts === undefined ? "/" : MACHINE_ROOT,
    async restart(service, until) {
      if ((await show(service)).get("NeedDaemonReload") !== "no")
        await must(["daemon-reload"], RESTART_TIMEOUT_MS);
      // After too many failures systemd no longer starts it.
      await systemctl(["reset-failed", service]);
      if (until === "wait") await must(["restart", service], RESTART_TIMEOUT_MS);
      else await must(["restart", "--no-block", service]);
    },
    async state(service) {
      const found = await show(service);
      const [active = "unknown", sub = ""] = [found.get("ActiveState"), found.get("SubState")];
      const status = found.get("ExecMainStatus") ?? "0";
      const how = found.get("ExecMainCode") === "2" ? "signal" : "exit status";
      const ended = active === "failed" || sub === "auto-restart";
      return { text: `${active} (${sub})${ended ? `, ${how} ${status}` : ""}`, ended };
    },
    async log(service, sinceMs) {
      const { stdout } = await runOfMachine(platform, mounts, "journalctl", [
        "--no-pager",
        "--quiet",
        "--output=cat",
        `--lines=${LOG_LINES}`,
        `--unit=${service}`,
        `--since=@${Math.floor(sinceMs / 1000)}`,
      ]).catch(() => ({ stdout: "" }));
      return stdout.split("\n");
    },
  };
}

function openRc(platform: Platform, mounts: Mounts): ServiceManager {
  const name = (service: string) => service.replace(/\.service$/, "");
  const root = mounts === undefined ? "/" : MACHINE_ROOT;
  return {
    name: "OpenRC",
    root,
    async restart(service) {
      const args = [name(service), "restart"];
      const { status, stderr } = await runOfMachine(platform, mounts, "rc-service", args, RESTART_TIMEOUT_MS);
      if (status !== 0)
        throw new CommandError(`rc-service ${args.join(" ")}: ${stderr.trim() || `exit status ${status}`}`);
    },
    async state(service) {
      const { stdout, status } = await runOfMachine(platform, mounts, "rc-service", [
        name(service),
        "status",
      ]);
      const text = stdout.trim().replace(/^\* status: /, "") || `exit status ${status}`;
      // rc-service(8) and the LSB: 3 is stopped; OpenRC uses 32 for crashed.
      return { text, ended: status === 3 || status === 32 };
    },
    async log(service) {
      // The OpenRC scripts of k3s and kubeadm log there.
      const text = readText(platform.fileSystem, joinPath(root, `var/log/${name(service)}.log`));
      return text.state === "read" ? text.text.split("\n").slice(-LOG_LINES) : [];
    },
  };
}

/** Started OpenRC services, for machines whose processes have no unit. */
export function openRcServices(
  { root }: Pick<ServiceManager, "root">,
  { fileSystem }: Platform,
): readonly string[] {
  const listing = listDirectory(fileSystem, joinPath(root, "run/openrc/started"));
  return listing.state === "read" ? listing.names : [];
}
