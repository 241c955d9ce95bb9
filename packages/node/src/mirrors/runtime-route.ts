import type { Files } from "../files/files.ts";
import { baseName } from "../files/paths.ts";
import { listDirectory, readText } from "../files/read-text.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import type { KubeletConfiguration } from "../flags/kubelet-configuration.ts";
import { type RancherSettings, rancherSettings } from "../flags/rancher.ts";
import { checkProcess } from "../kubelet/process-check.ts";
import type { Kubelet } from "../kubelet/running-kubelet.ts";
import { commandLine, commandName, environmentOf, executablePath, processIds } from "../process/process.ts";
import { type ContainerdConfiguration, containerdRoute, readContainerd } from "./containerd.ts";
import type { ImageAt } from "./containerd-host.ts";
import type { Route } from "./endpoint.ts";
import { crioRoute } from "./registries-conf.ts";
import { registriesRoute } from "./registries-yaml.ts";

/** The endpoints from which the container runtime pulls an image, or why they are not known. */
export type RuntimeRoute =
  | {
      readonly state: "known";
      readonly route: Route;
      /** The process that pulls; undefined if only its configuration is known. */
      readonly runtime: Runtime | undefined;
    }
  /** The runtime or its configuration is not known: no credential may be sent on a guess. */
  | { readonly state: "unknown"; readonly reason: string };

/** The process of a container runtime, with the files and variables that its pulls use. */
export interface Runtime {
  readonly name: "containerd" | "crio";
  readonly pid: number;
  readonly words: readonly string[];
  /** Its files, by its own paths. */
  readonly files: Files;
  /** Includes its proxies and certificate authorities; undefined if it cannot be read. */
  readonly environment: Readonly<Record<string, string>> | undefined;
}

/** The kubelet's own default (KubeletConfiguration v1beta1, containerRuntimeEndpoint). */
const DEFAULT_ENDPOINT = "unix:///run/containerd/containerd.sock";
/** k3s' and RKE2's own containerd (k3s, pkg/agent/config). */
const RANCHER_ENDPOINT = "unix:///run/k3s/containerd/containerd.sock";
const DEFAULT_CONFIG = "/etc/containerd/config.toml";

/**
 * The endpoints from which the running kubelet's container runtime pulls an image. For containerd (including that of k3s, RKE2
 * and MicroK8s) they are in the configuration of the process that serves the kubelet's endpoint, for CRI-O in registries.conf; both
 * are read below the runtime's own root. k3s and RKE2 write containerd's files from registries.yaml when they start, so these
 * files are used; if they cannot be read, registries.yaml itself is.
 * @param files the machine's
 */
export function runtimeRoute(
  files: Files,
  kubelet: Kubelet,
  configuration: KubeletConfiguration,
  image: ImageAt & { readonly isDigest: boolean },
): RuntimeRoute {
  const rancher = rancherOf(kubelet);
  const endpoint =
    configuration.runtimeEndpoint?.value ??
    rancher?.runtimeEndpoint ??
    (rancher === undefined ? DEFAULT_ENDPOINT : RANCHER_ENDPOINT);
  const socket = socketPath(endpoint);
  if (socket === undefined)
    return { state: "unknown", reason: `the runtime's endpoint ${endpoint} is not a socket` };
  const runtimes = runtimesOf(files);
  const crio = runtimes.find(({ name }) => name === "crio");
  if (/crio/.test(socket)) {
    return { state: "known", route: crioRoute(crio?.files ?? kubelet.files, image), runtime: crio };
  }
  const containerds = runtimes.filter(({ name }) => name === "containerd");
  const read = containerds.map((one) => {
    const path = option(one.words, "config", "c") ?? DEFAULT_CONFIG;
    const config = readContainerd(one.files, path);
    return { ...one, config, address: option(one.words, "address", "a") ?? config.address };
  });
  const serving =
    read.find(({ address }) => socketPath(address) === socket) ?? (read.length === 1 ? read[0] : undefined);
  const changed = rancher === undefined ? [] : changedSince(kubelet, rancher);
  // A registries.yaml that changed after the start is not in use yet.
  const isSettled = rancher === undefined || changed.length > 0;
  if (serving !== undefined && (isSettled || hasHosts(serving.files, serving.config))) {
    const route = containerdRoute(serving.files, serving.config, image);
    const unseen = [...route.unseen, ...changed];
    return { state: "known", route: { ...route, unseen }, runtime: serving };
  }
  if (rancher !== undefined && rancher.runtimeEndpoint === undefined) {
    const { privateRegistry: path, mirrorsOnly } = rancher;
    const route = registriesRoute(kubelet.files, { path, mirrorsOnly }, image);
    return { state: "known", route, runtime: serving };
  }
  const what = read.length === 0 ? "no visible containerd runs here" : "several containerds run here";
  return { state: "unknown", reason: `${what}, and it is not known which one serves ${endpoint}` };
}

/** The settings of k3s, or of RKE2, whose kubelet is a separate process. */
function rancherOf(kubelet: Kubelet): RancherSettings | undefined {
  if (kubelet.rancher !== undefined || kubelet.supervisor !== "rke2") return kubelet.rancher;
  return rancherSettings(kubelet.files, {
    program: "rke2",
    words: [],
    wordsSource: { kind: "default", label: "RKE2's default" },
    environment: kubelet.environment ?? {},
  });
}

/** Whether the files that k3s writes from registries.yaml can be read. */
function hasHosts(files: Files, { hostRoots, tables }: ContainerdConfiguration): boolean {
  return hostRoots.length === 0 ? tables.length > 0 : hostRoots.some((root) => isDirectory(files, root));
}

function isDirectory(files: Files, path: string): boolean {
  return listDirectory(files, path).state === "read";
}

/** Start times from /proc are accurate to about a second. */
const START_DOUBT_MS = 2_000;

function changedSince(kubelet: Kubelet, { privateRegistry }: RancherSettings): readonly string[] {
  const text = readText(kubelet.files, privateRegistry);
  const started = kubelet.startedAt;
  if (text.state !== "read" || started === undefined) return [];
  if (text.status.modifiedMs <= started + START_DOUBT_MS) return [];
  return [`${privateRegistry} changed after ${kubelet.title} started, and is used after its next start`];
}

/** Runtimes run by the machine's root, as for kubelets: a container's process must not decide where credentials are sent. */
function runtimesOf(files: Files): readonly Runtime[] {
  return (processIds(files) ?? []).flatMap((pid): readonly Runtime[] => {
    const command = commandName(files, pid);
    const words = commandLine(files, pid);
    if (command.state !== "seen" || words.state !== "seen") return [];
    const executable = executablePath(files, pid);
    const names = [
      command.value,
      baseName(words.value[0] ?? ""),
      ...(executable.state === "seen" ? [baseName(executable.value)] : []),
    ];
    const name = (["containerd", "crio"] as const).find((one) => names.includes(one));
    if (name === undefined) return [];
    const check = checkProcess(files, pid);
    if (check.state !== "accepted") return [];
    const root = check.mounts === "shared" ? "/" : `/proc/${pid}/root`;
    const environment = environmentOf(files, pid);
    return [
      {
        name,
        pid,
        words: words.value.slice(1),
        files: root === "/" ? files : rootedFiles(files, root),
        environment: environment.state === "seen" ? environment.value : undefined,
      },
    ];
  });
}

/** The last value of an option, as read by Go's flag packages. */
function option(words: readonly string[], long: string, short: string): string | undefined {
  let value: string | undefined;
  words.forEach((word, index) => {
    const match = /^--?([a-z-]+)(?:=(.*))?$/s.exec(word);
    if (match !== null && (match[1] === long || match[1] === short)) value = match[2] ?? words[index + 1];
  });
  return value;
}

/** `/run/x.sock` of `unix:///var/run/x.sock`: /var/run is /run on every system with systemd. */
function socketPath(endpoint: string): string | undefined {
  const path = endpoint.replace(/^unix:(?:\/\/)?/, "");
  return path.startsWith("/") ? path.replace(/^\/var\/run\//, "/run/") : undefined;
}
