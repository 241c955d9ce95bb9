import type { Plan, ProviderEntry } from "./types.ts";

export const CONFIG_NAME = "credential-provider-config.yaml";
const API_VERSION = "credentialprovider.kubelet.k8s.io/v1";

/** The CredentialProviderConfig of a plan as YAML, with comments. */
export function configYaml(plan: Plan): string {
  const head = [
    "# Which plugin provides the credentials for which images. The kubelet reads this file only when it starts:",
    "# restart it after a change. Check the file with `imagecred validate`, test it with `imagecred match IMAGE`.",
    "apiVersion: kubelet.config.k8s.io/v1",
    "kind: CredentialProviderConfig",
    "providers:",
  ];
  return `${[...head, ...plan.providers.flatMap(entryLines)].join("\n")}\n`;
}

function entryLines(entry: ProviderEntry): string[] {
  return [
    ...entry.comments.map((line) => `  # ${line}`),
    `  - name: ${entry.name}`,
    `    apiVersion: ${API_VERSION}`,
    "    matchImages:",
    ...entry.matchImages.map((pattern) => `      - ${quoted(pattern)}`),
    "    # Used only for responses without a cacheDuration; these plugins always set one.",
    `    defaultCacheDuration: ${quoted(entry.defaultCacheDuration)}`,
    ...list("args", entry.args),
    ...environment(entry),
    ...tokenAttributes(entry),
  ];
}

function list(key: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`    ${key}:`, ...values.map((value) => `      - ${quoted(value)}`)];
}

function environment(entry: ProviderEntry): string[] {
  if (entry.env.length === 0) return [];
  return [
    "    env:",
    ...entry.env.flatMap(({ name, value }) => [`      - name: ${name}`, `        value: ${quoted(value)}`]),
  ];
}

function tokenAttributes(entry: ProviderEntry): string[] {
  if (entry.tokenAttributes === undefined) return [];
  return [
    "    # Kubernetes 1.34 or newer: the kubelet passes a token of the pod's service account to the plugin.",
    "    tokenAttributes:",
    `      serviceAccountTokenAudience: ${quoted(entry.tokenAttributes.audience)}`,
    "      cacheType: ServiceAccount",
    "      # false: static pods, which have no service account, can still use the node's credentials.",
    "      requireServiceAccount: false",
    "      optionalServiceAccountAnnotationKeys:",
    ...entry.tokenAttributes.optionalAnnotations.map((key) => `        - ${quoted(key)}`),
  ];
}

/** A JSON string, which is also a YAML string: YAML cannot read it as a number, a boolean or an alias. */
function quoted(value: string): string {
  return JSON.stringify(value);
}

/** A block of lines, indented, for YAML within YAML. */
export function indented(text: string, spaces: number): string {
  const margin = " ".repeat(spaces);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? line : margin + line))
    .join("\n");
}
