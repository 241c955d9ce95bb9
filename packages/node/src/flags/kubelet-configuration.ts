import type { Files } from "../files/files.ts";
import { joinPath } from "../files/paths.ts";
import { listDirectory, readText } from "../files/read-text.ts";
import { entryOf, readYaml, textOf, type YamlValue } from "../files/yaml.ts";
import { type Flags, flagValue, type Source } from "./flag.ts";

/** The settings in a kubelet's KubeletConfiguration and drop-ins that matter for credential providers. */
export interface KubeletConfiguration {
  readonly featureGates: ReadonlyMap<string, FeatureGate>;
  /** The runtime's socket: `unix:///run/containerd/containerd.sock`. */
  readonly runtimeEndpoint: { readonly value: string; readonly source: Source } | undefined;
  readonly staticPodPath: string | undefined;
  /** Port of the unauthenticated endpoint, as written; undefined if neither a file nor a flag sets it. */
  readonly readOnlyPort: string | undefined;
  /** Files that could not be read, each a sentence. */
  readonly unseen: readonly string[];
}

export interface FeatureGate {
  readonly enabled: boolean;
  readonly source: Source;
}

/**
 * The effective feature gates and endpoints: from the file of --config, then the `.conf` files below --config-dir in order of
 * their paths (each replaces single keys), then the command line, which has precedence for each gate.
 * (Kubernetes, cmd/kubelet/app/server.go: mergeKubeletConfigurations, kubeletConfigFlagPrecedence)
 * @param directory the kubelet's working directory, for relative paths
 */
export function kubeletConfiguration(files: Files, flags: Flags, directory: string): KubeletConfiguration {
  const unseen: string[] = [];
  const gates = new Map<string, FeatureGate>();
  let runtimeEndpoint: KubeletConfiguration["runtimeEndpoint"];
  let staticPodPath: string | undefined;
  let readOnlyPort: string | undefined;
  const absolute = (path: string) => joinPath(directory, path);
  const main = flagValue(flags, "config");
  const dropInDirectory = flagValue(flags, "config-dir");
  const documents = [
    ...(main === undefined || main.value === "" ? [] : [absolute(main.value)]),
    ...(dropInDirectory === undefined || dropInDirectory.value === ""
      ? []
      : dropIns(files, absolute(dropInDirectory.value), unseen)),
  ];
  for (const path of documents) {
    const value = read(files, path, unseen);
    const at = (line: number): Source => ({ kind: "configuration", label: `${path}:${line}`, path, line });
    for (const { key, value: gate, line } of mapOf(entryOf(value, "featureGates")?.value)) {
      const enabled = parseBool(textOf(gate) ?? "");
      if (enabled !== undefined) gates.set(key, { enabled, source: at(line) });
    }
    const endpoint = entryOf(value, "containerRuntimeEndpoint");
    const text = textOf(endpoint?.value);
    if (endpoint !== undefined && text) runtimeEndpoint = { value: text, source: at(endpoint.line) };
    staticPodPath = textOf(entryOf(value, "staticPodPath")?.value) ?? staticPodPath;
    readOnlyPort = textOf(entryOf(value, "readOnlyPort")?.value) ?? readOnlyPort;
  }
  for (const { name, value, source } of flags.all) {
    if (name === "feature-gates") {
      for (const [gate, enabled] of parseFeatureGates(value)) gates.set(gate, { enabled, source });
    } else if (name === "container-runtime-endpoint" && value !== "") runtimeEndpoint = { value, source };
    else if (name === "pod-manifest-path") staticPodPath = value;
    else if (name === "read-only-port") readOnlyPort = value;
  }
  return { featureGates: gates, runtimeEndpoint, staticPodPath, readOnlyPort, unseen };
}

/** Parses `A=true,B=false` as component-base's map flag does; leaves out entries that it would reject. */
export function parseFeatureGates(text: string): ReadonlyMap<string, boolean> {
  const gates = new Map<string, boolean>();
  for (const entry of text.split(",")) {
    const equals = entry.indexOf("=");
    if (equals < 0) continue;
    const enabled = parseBool(entry.slice(equals + 1).trim());
    if (enabled !== undefined) gates.set(entry.slice(0, equals).trim(), enabled);
  }
  return gates;
}

/** Go's strconv.ParseBool. */
function parseBool(text: string): boolean | undefined {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
}

function read(files: Files, path: string, unseen: string[]): YamlValue | undefined {
  const text = readText(files, path);
  if (text.state === "absent") {
    unseen.push(`${path}, with which the kubelet was started, does not exist`);
    return undefined;
  }
  const yaml = text.state === "read" ? readYaml(text.text) : text;
  if (yaml.state === "read") return yaml.value;
  unseen.push(`${path}, which the kubelet reads, cannot be read: ${yaml.reason}`);
  return undefined;
}

/** The kubelet walks the directory and its subdirectories (filepath.WalkDir, lexical order). */
function dropIns(files: Files, directory: string, unseen: string[]): readonly string[] {
  const listing = listDirectory(files, directory);
  if (listing.state === "unreadable") unseen.push(`${directory} cannot be read: ${listing.reason}`);
  if (listing.state !== "read") return [];
  return listing.names.flatMap((name): readonly string[] => {
    const path = joinPath(directory, name);
    const kind = kindOf(files, path);
    if (kind === "directory") return dropIns(files, path, unseen);
    return name.endsWith(".conf") ? [path] : [];
  });
}

/** A link to a directory is not walked. */
function kindOf(files: Files, path: string): string | undefined {
  try {
    return files.status(path, "do-not-follow")?.kind;
  } catch {
    return undefined;
  }
}

function mapOf(value: YamlValue | undefined) {
  return value?.kind === "map" ? value.entries : [];
}
