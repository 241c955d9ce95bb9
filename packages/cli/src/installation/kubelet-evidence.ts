import { flagValue, joinPath, kubeletPath, readText } from "@imagecred/node";
import { BIN_DIR_FLAG, CONFIG_FLAG, type RunningKubelet } from "../machine/running-kubelet.ts";
import type { FileSystem } from "../runtime/types.ts";
import type { ConfirmedKubelet } from "./record.ts";

/** What the kubelet is to run with, by the paths of the node. */
export interface Expected {
  /** Value of --image-credential-provider-config: a file, or a directory of files. */
  readonly config: string;
  readonly binDir: string;
  /** Files that the kubelet, or what starts it, reads at its start only. */
  readonly readAtStart: readonly string[];
}

/** A process's start is known to a second, since the kernel tells when it booted in whole seconds. */
const INEXACT_MS = 1000;
/** Twice that, and the clock may have been set. */
const SAME_START_MS = 3000;

/**
 * Why a kubelet does not run with what is expected, in a sentence that begins with it; undefined where it does.
 * @param confirmed the process that was seen running with it before
 */
export function whyNotRunningWith(
  { title, node, startedAt, pid }: RunningKubelet,
  { config, binDir, readAtStart }: Expected,
  confirmed: ConfirmedKubelet | undefined,
): string | undefined {
  const sources: string[] = [];
  for (const [flag, wanted] of [
    [CONFIG_FLAG, config],
    [BIN_DIR_FLAG, binDir],
  ] as const) {
    const found = flagValue(node.flags, flag);
    const value = found?.value;
    // k3s' and MicroK8s' kubelets have their flags from files, as these were when they started.
    if (found?.source.path !== undefined) sources.push(found.source.path);
    if (value === undefined || value === "") return `${title} was started without --${flag}`;
    if (realPath(node.files, kubeletPath(node, value)) !== realPath(node.files, wanted)) {
      return `${title} was started with --${flag}=${value}`;
    }
  }
  if (startedAt === undefined) return undefined;
  const same = confirmed?.pid === pid && Math.abs(confirmed.startedAt - startedAt) < SAME_START_MS;
  const since = same ? confirmed.at : startedAt - INEXACT_MS;
  const newer = [...readAtStart, ...sources].find((path) => {
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
/** Of a program that has more within than a kubelet. */
const KUBELET_PORT = 10_250;
const LARGEST_TABLE_BYTES = 4 << 20;

/**
 * Whether a kubelet listens: it opens its ports when it has read its configuration and registered its plugins, so one that
 * refuses them never does (kubernetes, pkg/kubelet: NewMainKubelet before startKubelet). undefined where that cannot be seen.
 */
export function listens({ pid, node }: RunningKubelet, fileSystem: FileSystem): boolean | undefined {
  try {
    const own = new Set(
      fileSystem.list(`/proc/${pid}/fd`).flatMap((fd) => {
        const link = linkOf(fileSystem, `/proc/${pid}/fd/${fd}`);
        return /^socket:\[(\d+)\]$/.exec(link ?? "")?.[1] ?? [];
      }),
    );
    const port = Number(flagValue(node.flags, "port")?.value ?? KUBELET_PORT);
    const any = node.program === "kubelet";
    return ["tcp", "tcp6"].some((name) =>
      listening(fileSystem, `/proc/${pid}/net/${name}`).some(
        (socket) => own.has(socket.inode) && (any || socket.port === port),
      ),
    );
  } catch {
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

/** What kubelets of all versions say about plugins that they refuse (pkg/kubelet/kubelet.go, pkg/credentialprovider/plugin). */
const ABOUT_PLUGINS = /register CRI auth plugins|credential provider|image-credential-provider/i;
/** klog's lines of errors, and what Go prints when a program ends by itself. */
const AN_ERROR = /^(?:[EF]\d{4} |Error: |panic: )/;

/** Whether a kubelet has said that it refuses its plugins or their configuration. */
export function refusesPlugins(log: readonly string[]): boolean {
  return log.some((line) => AN_ERROR.test(line) && ABOUT_PLUGINS.test(line));
}

/** The kubelet's own reason for ending, of the lines that it has logged; undefined where none of them tells. */
export function reasonInLog(log: readonly string[]): string | undefined {
  const errors = log.filter((line) => AN_ERROR.test(line));
  const line =
    errors.findLast((one) => ABOUT_PLUGINS.test(one)) ??
    errors.at(-1) ??
    log.findLast((one) => one.trim() !== "");
  return line === undefined ? undefined : withoutHeader(line);
}

/** `E1127 08:00:00.1 812 server.go:1] "What failed" err="why"` is `What failed: why`. */
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
