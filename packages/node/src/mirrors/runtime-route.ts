import type { Files } from "../files/files.ts";
import { baseName } from "../files/paths.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import type { KubeletConfiguration } from "../flags/kubelet-configuration.ts";
import { beliefIn } from "../kubelet/belief.ts";
import type { Kubelet } from "../kubelet/running-kubelet.ts";
import { commandLine, commandName, environmentOf, executablePath, processIds } from "../process/process.ts";
import { containerdRoute, readContainerd } from "./containerd.ts";
import type { ImageAt } from "./containerd-hosts.ts";
import type { Route } from "./endpoint.ts";
import { crioRoute } from "./registries-conf.ts";

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
const DEFAULT_CONFIG = "/etc/containerd/config.toml";

/**
 * Where the container runtime of the running kubelet goes for an image: containerd (k3s', RKE2's and MicroK8s' too) by the
 * configuration file of the process that serves the kubelet's endpoint, CRI-O by registries.conf, each read below the
 * runtime's own root. Registries of k3s and RKE2 (registries.yaml) have been turned into containerd's files when it
 * started, so that what counts is what runs.
 * @param files the machine's
 */
export function runtimeRoute(
  files: Files,
  kubelet: Kubelet,
  configuration: KubeletConfiguration,
  image: ImageAt & { readonly isDigest: boolean },
): RuntimeRoute {
  const endpoint = configuration.runtimeEndpoint?.value ?? DEFAULT_ENDPOINT;
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
  if (serving !== undefined) {
    return {
      state: "known",
      route: containerdRoute(serving.files, serving.config, image),
      runtime: serving,
    };
  }
  const what =
    read.length === 0 ? "no containerd that can be seen runs here" : "several containerds run here";
  return { state: "unknown", reason: `${what}, and none is known to serve ${endpoint}` };
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
