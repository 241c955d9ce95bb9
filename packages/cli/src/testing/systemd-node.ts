/** A kubeadm node with a running kubelet, and a systemd that restarts it: a machine for `--restart`. */
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import type { Clock, RunProgram, Transport } from "@imagecred/protocol";
import { CONFIG, node, put } from "./kubeadm-node.ts";
import { putKubelet } from "./kubelet-process.ts";
import type { Bench, RunOptions } from "./run.ts";

export const KUBELET_LOG = "var/log/kubelet.log";
const FLAGS = "etc/default/kubelet";

export interface SystemdNode extends Disposable {
  readonly place: Bench;
  /** The commands of `systemctl` and `rc-service` that change something. */
  readonly asked: string[];
  /** For {@link Bench.run}. */
  readonly options: RunOptions;
  /** URLs of the metrics that were requested. */
  readonly metricsRead: readonly string[];
  pid(): number;
  /** Restarts the kubelet as another tool would, long after the files were written. */
  restart(): void;
}

export interface SystemdNodeOptions {
  /** Whether a kubelet with these words starts. */
  readonly starts?: (words: readonly string[], place: Bench) => boolean;
  /** Milliseconds until it listens. */
  readonly startsAfterMs?: number;
  /** A k3s server, which includes the kubelet, instead of kubeadm's kubelet. */
  readonly k3s?: boolean;
  /** OpenRC instead of systemd: processes have no unit. */
  readonly openRc?: boolean;
  /** The process that listens on port 10255 (default: none). The kubelet's metrics there have its configuration's hash. */
  readonly readOnlyPort?: "kubelet" | "another process";
}

const KUBELET = "/usr/bin/kubelet";
/** The title with which k3s overwrites its command line. */
const TITLE = ["/usr/local/bin/k3s server", "", ""];

export async function systemdNode({
  starts = () => true,
  startsAfterMs = 1000,
  k3s = false,
  openRc = false,
  readOnlyPort,
}: SystemdNodeOptions = {}): Promise<SystemdNode> {
  const place = await node();
  put(place, openRc ? `run/openrc/started/${k3s ? "k3s" : "kubelet"}` : "run/systemd/system/.keep", "");
  if (k3s) {
    put(
      place,
      "etc/systemd/system/k3s.service",
      "[Service]\nType=notify\nExecStart=/usr/local/bin/k3s server\n",
    );
  }
  put(
    place,
    "usr/lib/systemd/system/kubelet.service",
    `[Service]\nEnvironmentFile=-/etc/default/kubelet\nExecStart=${KUBELET} $KUBELET_EXTRA_ARGS\nStandardError=append:/var/log/kubelet.log\n`,
  );
  put(place, KUBELET_LOG, 'E1127 01:00:00.0 1 old.go:1] "of yesterday"\n');
  put(place, FLAGS, "KUBELET_EXTRA_ARGS=--v=2\n");
  const asked: string[] = [];
  // Files and processes have the machine's times; the clock is ahead of them by the time slept.
  let [slept, pid, up] = [0, 100, true];
  /** Hash of the configuration that the kubelet has read. */
  let read: string | undefined;
  const now = () => Date.now() + slept;
  let waiting: { readonly at: number; readonly words: readonly string[] } | undefined;
  const kubelet = () => place.path("proc", String(pid));
  const begin = (words: readonly string[], startedAt: number) => {
    const startTicks = Math.round(startedAt / 10);
    const group = openRc ? "/" : `/system.slice/${k3s ? "k3s" : "kubelet"}.service`;
    putKubelet(place, pid, { words, startTicks, group, ...(k3s ? { name: "k3s-server" } : {}) });
    put(place, "proc/stat", "btime 0\n");
    mkdirSync(`${kubelet()}/fd`);
  };
  const listen = () => {
    symlinkSync("socket:[77]", `${kubelet()}/fd/3`);
    // 10250; k3s has many other ports.
    const row = (port: string, inode: number) =>
      `0: 00000000:${port} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 ${inode} 1\n`;
    const metrics = readOnlyPort === undefined ? "" : row("280F", readOnlyPort === "kubelet" ? 77 : 78);
    put(place, `proc/${pid}/net/tcp`, `sl local_address rem_address st\n${row("280A", 77)}${metrics}`);
    read = existsSync(place.path(CONFIG)) ? hashOf(readFileSync(place.path(CONFIG))) : undefined;
  };
  const wordsNow = () => {
    if (k3s) return TITLE;
    const text = existsSync(place.path(FLAGS)) ? readFileSync(place.path(FLAGS), "utf8") : "";
    const value = /^KUBELET_EXTRA_ARGS="?(.*?)"?$/m.exec(text)?.[1] ?? "";
    return [KUBELET, ...value.split(" ").filter((word) => word !== "")];
  };
  const restart = () => {
    rmSync(kubelet(), { recursive: true, force: true });
    [pid, up] = [pid + 1, false];
    waiting = { at: now() + startsAfterMs, words: wordsNow() };
    begin(waiting.words, Date.now());
  };
  const pass = (milliseconds: number) => {
    slept += milliseconds;
    if (waiting === undefined || now() < waiting.at) return;
    up = starts(waiting.words, place);
    if (up) listen();
    else {
      rmSync(kubelet(), { recursive: true });
      appendFileSync(
        place.path(KUBELET_LOG),
        'E1127 08:00:00.0 9 kubelet.go:380] "Failed to register CRI auth plugins" err="no such thing"\n',
      );
    }
    waiting = undefined;
  };
  begin(k3s ? TITLE : [KUBELET, "--v=2"], Date.now() - 3_600_000);
  listen();
  const transport = metricsTransport(() => read);
  const clock: Clock = {
    now,
    elapsed: now,
    sleep: async (milliseconds) => pass(milliseconds),
  };
  const runProgram: RunProgram = async ({ file, args }) => {
    const name = file.slice(file.lastIndexOf("/") + 1);
    if (!file.startsWith("/bin/")) throw Object.assign(new Error("not there"), { code: "ENOENT" });
    const [verb] = args;
    let stdout = "";
    if (verb === "show") {
      const state =
        up || waiting !== undefined ? "active\nSubState=running" : "activating\nSubState=auto-restart";
      stdout = `ActiveState=${state}\nExecMainStatus=${up ? 0 : 1}\nExecMainCode=1\nNeedDaemonReload=no\n`;
    } else if (name === "systemctl" || name === "rc-service") {
      if (args[1] !== "status") asked.push(args.join(" "));
      if (verb === "restart" || args[1] === "restart") restart();
    }
    return {
      status: 0,
      signal: null,
      timedOut: false,
      stdoutTruncated: false,
      outputHeld: false,
      stdout: new TextEncoder().encode(stdout),
      stderr: "",
    };
  };
  writeFileSync(place.path("etc/debian_version"), "12\n");
  return {
    place,
    asked,
    options: { clock, runProgram, transport },
    metricsRead: transport.sent,
    pid: () => pid,
    restart: () => {
      for (const path of [FLAGS, CONFIG]) utimesSync(place.path(path), new Date(0), new Date(0));
      restart();
      pass(startsAfterMs);
    },
    [Symbol.dispose]: () => place[Symbol.dispose](),
  };
}

/** The hash of one file as in the kubelet's metrics: of the length of its content in eight bytes, and the content. */
function hashOf(bytes: Uint8Array): string {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(bytes.length));
  return `sha256:${createHash("sha256").update(length).update(bytes).digest("hex")}`;
}

function metricsTransport(hash: () => string | undefined): Transport & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    preconnect: () => {},
    firstSent: () => new Promise(() => {}),
    async request({ url }) {
      sent.push(url);
      const text = `kubelet_credential_provider_config_info{hash="${hash() ?? ""}"} 1\n`;
      return { status: 200, headers: {}, body: new TextEncoder().encode(text) };
    },
  };
}
