import type { Platform } from "../runtime/types.ts";

/** A kubelet that runs on this machine. */
export interface RunningKubelet {
  readonly pid: number;
  /** What --image-credential-provider-config and -bin-dir say; undefined for a flag that is not there. */
  readonly config: string | undefined;
  readonly binDir: string | undefined;
  /** undefined where this user may not read it. */
  readonly env: Readonly<Record<string, string>> | undefined;
  /** When it started, in milliseconds since the epoch, a second more or less; undefined where /proc does not say. */
  readonly startedAt: number | undefined;
}

const CONFIG_FLAG = "image-credential-provider-config";
const BIN_DIR_FLAG = "image-credential-provider-bin-dir";
/** k3s and RKE2 run the kubelet within a process of their own. */
const NAMES = /^(?:kubelet|hyperkube|k3s|k3s-server|k3s-agent|rke2)$/;
const LARGEST_PROC_FILE = 1 << 20;

/** Finds the kubelet among this machine's processes (proc(5)); undefined where there is none, or no /proc. */
export function runningKubelet({ fileSystem }: Platform): RunningKubelet | undefined {
  const text = (path: string): string | undefined => {
    try {
      return new TextDecoder().decode(fileSystem.read(path, LARGEST_PROC_FILE));
    } catch {
      // Processes end while one looks, and other users' are not for reading.
      return undefined;
    }
  };
  if (fileSystem.status("/proc") === undefined) return undefined;
  const found = fileSystem
    .list("/proc")
    .filter((name) => /^\d+$/.test(name) && NAMES.test(text(`/proc/${name}/comm`)?.trim() ?? ""))
    .map((name): RunningKubelet => {
      const words = (text(`/proc/${name}/cmdline`) ?? "").split("\0");
      const environment = text(`/proc/${name}/environ`);
      return {
        pid: Number(name),
        config: flagValue(words, CONFIG_FLAG),
        binDir: flagValue(words, BIN_DIR_FLAG),
        env: environment === undefined ? undefined : parseEnvironment(environment),
        startedAt: startTime(text(`/proc/${name}/stat`), text("/proc/stat")),
      };
    });
  return found.find((kubelet) => kubelet.config !== undefined) ?? found[0];
}

/** Ticks per second in /proc, whatever the kernel counts in (sysconf(3), _SC_CLK_TCK; 100 on every Linux). */
const TICKS = 100;

/** proc_pid_stat(5): field 22 counts from boot, which /proc/stat's btime dates. The name in field 2 may have anything in it. */
function startTime(process: string | undefined, system: string | undefined): number | undefined {
  const fields = process?.slice(process.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields?.[19] ?? Number.NaN);
  const boot = Number(/^btime (\d+)$/m.exec(system ?? "")?.[1] ?? Number.NaN);
  const milliseconds = boot * 1000 + (ticks / TICKS) * 1000;
  return Number.isFinite(milliseconds) ? milliseconds : undefined;
}

/** pflag takes `--flag=value` and `--flag value`, with one dash or two; the last one wins. */
function flagValue(words: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  words.forEach((word, index) => {
    const [flag, ...rest] = word.replace(/^--?/, "").split("=");
    if (flag !== name || !word.startsWith("-")) return;
    value = rest.length > 0 ? rest.join("=") : words[index + 1];
  });
  return value;
}

function parseEnvironment(text: string): Readonly<Record<string, string>> {
  const entries = text
    .split("\0")
    .filter((entry) => entry.includes("="))
    .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)] as const);
  return Object.fromEntries(entries);
}
