import type { Files } from "../files/files.ts";
import { baseName } from "../files/paths.ts";
import { listDirectory, readText } from "../files/read-text.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import type { KubeletConfiguration } from "../flags/kubelet-configuration.ts";
import { type RancherSettings, rancherSettings } from "../flags/rancher.ts";
import { beliefIn } from "../kubelet/belief.ts";
import type { Kubelet } from "../kubelet/running-kubelet.ts";
import { commandLine, commandName, environmentOf, executablePath, processIds } from "../process/process.ts";
import { type ContainerdConfiguration, containerdRoute, readContainerd } from "./containerd.ts";
import type { ImageAt } from "./containerd-host.ts";
import type { Route } from "./endpoint.ts";
import { crioRoute } from "./registries-conf.ts";
import { registriesRoute } from "./registries-yaml.ts";

/** What can be said about the way to an image. */
export type RuntimeRoute =
  | {
      readonly state: "known";
      readonly route: Route;
      /** The process that pulls; undefined where it is not seen, and only its configuration is. */
      readonly runtime: Runtime | undefined;
    }
  /** Which runtime it is, or what it reads, cannot be seen: nothing may be sent on a guess. */
  | { readonly state: "unknown"; readonly reason: string };

/** The process of a container runtime, with what its pulls go by. */
export interface Runtime {
  readonly name: "containerd" | "crio";
  readonly pid: number;
  readonly words: readonly string[];
  /** Its files, by its own paths. */
  readonly files: Files;
  /** Its proxies and certificate authorities among them; undefined where it cannot be seen. */
  readonly environment: Readonly<Record<string, string>> | undefined;
}

/** The kubelet's own default (KubeletConfiguration v1beta1, containerRuntimeEndpoint). */
const DEFAULT_ENDPOINT = "unix:///run/containerd/containerd.sock";
/** k3s' and RKE2's own containerd (k3s, pkg/agent/config). */
const RANCHER_ENDPOINT = "unix:///run/k3s/containerd/containerd.sock";
const DEFAULT_CONFIG = "/etc/containerd/config.toml";

/**
 * Where the container runtime of the running kubelet goes for an image: containerd (k3s', RKE2's and MicroK8s' too) by the
 * configuration file of the process that serves the kubelet's endpoint, CRI-O by registries.conf, each read below the
 * runtime's own root. k3s and RKE2 turn registries.yaml into containerd's files when they start, so that these files count;
 * where they cannot be seen, registries.yaml itself is read.
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
    return { state: "unknown", reason: `the runtime's endpoint ${endpoint} is no socket` };
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
  // A file that is newer than the start says nothing of what runs.
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
  const what =
    read.length === 0 ? "no containerd that can be seen runs here" : "several containerds run here";
  return { state: "unknown", reason: `${what}, and none is known to serve ${endpoint}` };
}

/** How k3s is started, or RKE2, whose kubelet is a process of its own. */
function rancherOf(kubelet: Kubelet): RancherSettings | undefined {
  if (kubelet.rancher !== undefined || kubelet.supervisor !== "rke2") return kubelet.rancher;
  return rancherSettings(kubelet.files, {
    program: "rke2",
    words: [],
    wordsSource: { kind: "default", says: "RKE2's default" },
    environment: kubelet.environment ?? {},
  });
}

/** Whether the files that k3s makes of registries.yaml are there to be read. */
function hasHosts(files: Files, { hostRoots, tables }: ContainerdConfiguration): boolean {
  return hostRoots.length === 0 ? tables.length > 0 : hostRoots.some((root) => isDirectory(files, root));
}

function isDirectory(files: Files, path: string): boolean {
  return listDirectory(files, path).state === "read";
}

/** What /proc says about a start is a second more or less. */
const START_DOUBT_MS = 2_000;

function changedSince(kubelet: Kubelet, { privateRegistry }: RancherSettings): readonly string[] {
  const text = readText(kubelet.files, privateRegistry);
  const started = kubelet.startedAt;
  if (text.state !== "read" || started === undefined) return [];
  if (text.status.modifiedMs <= started + START_DOUBT_MS) return [];
  return [`${privateRegistry} changed after ${kubelet.title} started, and counts from its next start`];
}

/** Root's own, as with kubelets: a container's process does not decide where credentials go. */
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
    const belief = beliefIn(files, pid);
    if (belief.state !== "believed") return [];
    const root = belief.mounts === "shared" ? "/" : `/proc/${pid}/root`;
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

/** The last one of an option, as Go's flag packages read it. */
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
