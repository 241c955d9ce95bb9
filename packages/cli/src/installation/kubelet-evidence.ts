import { flagValue, joinPath, kubeletPath, readText } from "@imagecred/node";
import { TransportError } from "@imagecred/protocol";
import { parseKubeletMetrics } from "../cluster/kubelet-metrics.ts";
import { BIN_DIR_FLAG, CONFIG_FLAG, type RunningKubelet } from "../machine/running-kubelet.ts";
import { shortHash } from "../output/short-hash.ts";
import type { FileSystem, Platform } from "../runtime/types.ts";
import type { ConfirmedKubelet } from "./record.ts";

/** The files and directory that the kubelet must run with, as paths on the node. */
export interface Expected {
  /** Value of --image-credential-provider-config: a file, or a directory of files. */
  readonly config: string;
  readonly binDir: string;
  /** Files that are read only when the kubelet starts. */
  readonly readAtStart: readonly string[];
  /** The configuration's hash, as kubelets since 1.34 show it in their metrics; undefined if it is not known. */
  readonly hash: string | undefined;
}

/** Start times of processes are accurate to a second, because the kernel gives its boot time in seconds. */
const INEXACT_MS = 1000;
/** Tolerance for comparing two start times: twice that, and a margin for an adjusted clock. */
const SAME_START_MS = 3000;

/**
 * Why a kubelet does not run with what is expected, in a sentence that begins with the kubelet; undefined if it does.
 * Compares its flags, and its start time with the times of the files.
 * @param confirmed the process that was known to run with it before
 */
export function whyNotRunningWith(
  kubelet: RunningKubelet,
  expected: Expected,
  confirmed: ConfirmedKubelet | undefined,
): string | undefined {
  const { reason, sources } = byFlags(kubelet, expected);
  return reason ?? byTimes(kubelet, [...expected.readAtStart, ...sources], confirmed);
}

/** How it is known which configuration a kubelet runs with. */
export type Evidence =
  /** The configuration's hash in its metrics, and its flags. */
  | "metrics"
  /** Its flags, its start, the times of the files and its sockets. */
  | "process";

/** Like {@link whyNotRunningWith}, but uses the hash in the kubelet's metrics if they can be read and both hashes are known. */
export async function checkRunningWith(
  kubelet: RunningKubelet,
  expected: Expected,
  confirmed: ConfirmedKubelet | undefined,
  platform: Platform,
): Promise<{ readonly why: string | undefined; readonly evidence: Evidence }> {
  const { reason, sources } = byFlags(kubelet, expected);
  if (reason !== undefined) return { why: reason, evidence: "process" };
  const hash = expected.hash === undefined ? undefined : await hashInMetrics(kubelet, platform);
  if (hash === undefined) {
    const why = byTimes(kubelet, [...expected.readAtStart, ...sources], confirmed);
    return { why, evidence: "process" };
  }
  const why =
    hash === expected.hash
      ? undefined
      : `${kubelet.title} runs with another configuration (its metrics show ${shortHash(hash)}, the files have ${shortHash(expected.hash ?? "")})`;
  return { why, evidence: "metrics" };
}

/** Why its flags are not the expected ones, and the files that set the flags. */
function byFlags(
  { title, node }: RunningKubelet,
  { config, binDir }: Expected,
): { readonly reason: string | undefined; readonly sources: readonly string[] } {
  const sources: string[] = [];
  for (const [flag, wanted] of [
    [CONFIG_FLAG, config],
    [BIN_DIR_FLAG, binDir],
  ] as const) {
    const found = flagValue(node.flags, flag);
    const value = found?.value;
    // k3s and MicroK8s read the kubelet's flags from files when they start.
    if (found?.source.path !== undefined) sources.push(found.source.path);
    if (value === undefined || value === "") {
      return { reason: `${title} was started without --${flag}`, sources };
    }
    if (realPath(node.files, kubeletPath(node, value)) !== realPath(node.files, wanted)) {
      return { reason: `${title} was started with --${flag}=${value}`, sources };
    }
  }
  return { reason: undefined, sources };
}

function byTimes(
  { title, node, startedAt, pid }: RunningKubelet,
  files: readonly string[],
  confirmed: ConfirmedKubelet | undefined,
): string | undefined {
  if (startedAt === undefined) return undefined;
  const same = confirmed?.pid === pid && Math.abs(confirmed.startedAt - startedAt) < SAME_START_MS;
  const since = same ? confirmed.at : startedAt - INEXACT_MS;
  const newer = files.find((path) => {
    const status = node.files.status(path);
    return status !== undefined && status.modifiedMs > since;
  });
  return newer === undefined ? undefined : `${title} was started before ${newer} changed`;
}

function realPath(files: RunningKubelet["node"]["files"], path: string): string {
  try {
    return files.realPath(path);
  } catch {
    return path.replace(/(?<=.)\/+$/, "");
  }
}

/** A listening socket in /proc/net/tcp (include/net/tcp_states.h: TCP_LISTEN). */
const LISTEN = "0A";
/** The kubelet's port, to recognize it in programs that also listen on others (k3s). */
const KUBELET_PORT = 10_250;
/** Port for metrics without authentication, if the kubelet is configured to serve it (pkg/cluster/ports: KubeletReadOnlyPort). */
const READ_ONLY_PORT = 10_255;
const LARGEST_TABLE_BYTES = 4 << 20;

/**
 * Whether a kubelet listens: it opens its ports after it has read its configuration and registered its plugins, so a kubelet
 * that rejects them never does (Kubernetes, pkg/kubelet: NewMainKubelet before startKubelet). undefined if not readable.
 */
export function listens(kubelet: RunningKubelet, fileSystem: FileSystem): boolean | undefined {
  const { node } = kubelet;
  const port = Number(flagValue(node.flags, "port")?.value ?? KUBELET_PORT);
  const ports = ownPorts(kubelet, fileSystem);
  return node.program === "kubelet" ? ports && ports.length > 0 : ports?.includes(port);
}

/** TCP ports on which the kubelet's own process listens; undefined if they cannot be read. */
function ownPorts({ pid }: RunningKubelet, fileSystem: FileSystem): readonly number[] | undefined {
  try {
    const own = new Set(
      fileSystem.list(`/proc/${pid}/fd`).flatMap((fd) => {
        const link = linkOf(fileSystem, `/proc/${pid}/fd/${fd}`);
        return /^socket:\[(\d+)\]$/.exec(link ?? "")?.[1] ?? [];
      }),
    );
    return ["tcp", "tcp6"].flatMap((name) =>
      listening(fileSystem, `/proc/${pid}/net/${name}`).flatMap(({ port, inode }) =>
        own.has(inode) ? [port] : [],
      ),
    );
  } catch {
    return undefined;
  }
}

const METRICS_TIMEOUT_MS = 5000;
const LARGEST_METRICS_BYTES = 32 << 20;

/**
 * The hash of the configuration that a kubelet has read (1.34 and newer), from its read-only port; undefined if that port is
 * closed, which is usual, or the version does not show it. The port must be one of the kubelet's own sockets: another process
 * can listen there.
 */
async function hashInMetrics(
  kubelet: RunningKubelet,
  { fileSystem, transport }: Platform,
): Promise<string | undefined> {
  const port = Number(kubelet.configuration.readOnlyPort ?? READ_ONLY_PORT);
  if (ownPorts(kubelet, fileSystem)?.includes(port) !== true) return undefined;
  try {
    const { status, body } = await transport.request({
      url: `http://127.0.0.1:${port}/metrics`,
      method: "GET",
      headers: {},
      timeoutMs: METRICS_TIMEOUT_MS,
      maxResponseBytes: LARGEST_METRICS_BYTES,
    });
    return status === 200 ? parseKubeletMetrics(new TextDecoder().decode(body)).hash : undefined;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return undefined;
  }
}

function linkOf(fileSystem: FileSystem, path: string): string | undefined {
  try {
    return fileSystem.readLink(path);
  } catch {
    // Closed since it was listed.
    return undefined;
  }
}

function listening(
  fileSystem: FileSystem,
  path: string,
): readonly { readonly port: number; readonly inode: string }[] {
  const text = readText(fileSystem, path, LARGEST_TABLE_BYTES);
  if (text.state !== "read") return [];
  return text.text.split("\n").flatMap((line) => {
    // proc_pid_net(5): sl, local address, remote address, state, ..., inode.
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state !== LISTEN || inode === undefined) return [];
    return [{ port: Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16), inode }];
  });
}

/** Log messages of kubelets that reject their plugins, all versions (pkg/kubelet/kubelet.go, pkg/credentialprovider/plugin). */
const ABOUT_PLUGINS = /register CRI auth plugins|credential provider|image-credential-provider/i;
/** Error lines of klog, and what Go prints when a program exits with an error. */
const AN_ERROR = /^(?:[EF]\d{4} |Error: |panic: )/;

/** Whether a log shows that the kubelet rejected its plugins or their configuration. */
export function rejectsPlugins(log: readonly string[]): boolean {
  return log.some((line) => AN_ERROR.test(line) && ABOUT_PLUGINS.test(line));
}

/** The kubelet's reason for exiting from its log lines; undefined for an empty log. */
export function reasonInLog(log: readonly string[]): string | undefined {
  const errors = log.filter((line) => AN_ERROR.test(line));
  const line =
    errors.findLast((one) => ABOUT_PLUGINS.test(one)) ??
    errors.at(-1) ??
    log.findLast((one) => one.trim() !== "");
  return line === undefined ? undefined : withoutHeader(line);
}

/** `E1127 08:00:00.1 812 server.go:1] "What failed" err="why"` becomes `What failed: why`. */
function withoutHeader(line: string): string {
  const text = line.replace(/^[EFWI]\d{4} [^\]]*\] /, "").trim();
  const [, message = text, error] = /^("(?:[^"\\]|\\.)*")(?:.* err=("(?:[^"\\]|\\.)*"))?/.exec(text) ?? [];
  return error === undefined ? unquoted(message) : `${unquoted(message)}: ${unquoted(error)}`;
}

function unquoted(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : text;
  } catch {
    return text;
  }
}

/** Files that a unit's output is appended to (systemd.exec(5), StandardOutput=append:PATH). */
export function logFiles(unitTexts: readonly string[]): readonly string[] {
  const found = unitTexts.flatMap((text) =>
    [...text.matchAll(/^\s*Standard(?:Output|Error)=(?:append|file|truncate):(\S+)/gm)].map(
      ([, path = ""]) => path,
    ),
  );
  return [...new Set(found)].map((path) => joinPath("/", path));
}
