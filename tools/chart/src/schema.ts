import { presets, refusals } from "./presets.ts";

type Schema = Readonly<Record<string, unknown>>;

const string = (description: string, more: Schema = {}): Schema => ({ type: "string", description, ...more });
const object = (properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema => ({
  type: "object",
  additionalProperties: false,
  properties,
  ...more,
});
const list = (items: Schema, description: string): Schema => ({
  type: "array",
  description,
  items,
  uniqueItems: true,
});
const anyObject: Schema = { type: "object" };
const absolutePath: Schema = { pattern: "^(/.*[^/])?$" };

/** The content of deploy/chart/values.schema.json (JSON Schema draft 7), by which helm checks the values. */
export function valuesSchema(): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Values of the chart imagecred",
    ...object({
      distribution: string("The nodes' distribution.", {
        enum: ["", ...Object.keys(presets()), ...Object.keys(refusals())],
      }),
      config: string("The nodes' CredentialProviderConfig."),
      audiences: list(
        { type: "string", minLength: 1 },
        "Audiences for which kubelets may request service account tokens.",
      ),
      serviceAccounts: list(
        { type: "string", minLength: 1 },
        "Limits the ClusterRole to these service accounts.",
      ),
      files: {
        type: "object",
        description:
          "Files to install next to the configuration, by name: the distribution's own, and identities.yaml.",
        propertyNames: { pattern: "^[-._a-zA-Z0-9]+$" },
        additionalProperties: { type: "string" },
      },
      mode: string("Install everything on the nodes, or uninstall it.", { enum: ["install", "uninstall"] }),
      restart: object({
        enabled: { type: "boolean", description: "Restart kubelets, from a privileged container." },
        wait: string("How long a kubelet may take to come up.", {
          pattern: "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$",
        }),
      }),
      node: object({
        binDir: string("Directory for the executables.", absolutePath),
        configPath: string("Path of the configuration.", absolutePath),
        flagsDirectory: string("Directory of the file with the kubelet's flags.", absolutePath),
        unitDirectories: list(
          { type: "string", pattern: "^/.*[^/]$" },
          "Directories with the kubelet's systemd unit.",
        ),
        kubernetesVersion: string("The oldest kubelet's version.", {
          pattern: "^(v?1\\.[0-9]+(\\.[0-9]+.*)?)?$",
        }),
        merge: {
          type: "boolean",
          description: "Keep providers and patterns that only the installed configuration has.",
        },
      }),
      seLinuxOptions: { type: "object", additionalProperties: { type: "string" } },
      image: object({
        repository: string("Without tag.", { minLength: 1 }),
        tag: string("Default: the chart's appVersion."),
        digest: string("Used instead of the tag if set.", { pattern: "^(sha256:[0-9a-f]{64})?$" }),
        pullPolicy: { enum: ["Always", "IfNotPresent", "Never"] },
      }),
      imagePullSecrets: { type: "array", items: object({ name: { type: "string" } }) },
      pause: object({ image: { type: "string", minLength: 1 }, resources: anyObject }),
      resources: anyObject,
      maxUnavailable: { type: ["integer", "string"], minimum: 1, pattern: "^[1-9][0-9]?%$|^100%$" },
      tolerations: { type: "array", items: anyObject },
      nodeSelector: { type: "object", additionalProperties: { type: "string" } },
      affinity: anyObject,
      priorityClassName: { type: "string" },
      podAnnotations: { type: "object", additionalProperties: { type: "string" } },
      podLabels: { type: "object", additionalProperties: { type: "string" } },
      nameOverride: { type: "string" },
      fullnameOverride: { type: "string" },
      // Helm sets it if another chart depends on this one.
      global: anyObject,
    }),
  };
}
