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

/** The content of deploy/chart/values.schema.json (JSON Schema draft 7), which helm checks values by. */
export function valuesSchema(): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Values of the chart imagecred",
    ...object({
      distribution: string("What the nodes run.", {
        enum: ["", ...Object.keys(presets()), ...Object.keys(refusals())],
      }),
      config: string("The nodes' CredentialProviderConfig."),
      audiences: list(
        { type: "string", minLength: 1 },
        "Audiences of service account tokens that kubelets may ask for.",
      ),
      serviceAccounts: list(
        { type: "string", minLength: 1 },
        "Service accounts that the ClusterRole is limited to.",
      ),
      files: {
        type: "object",
        description:
          "Files that are installed beside the configuration, by name: the distribution's own, and identities.yaml.",
        propertyNames: { pattern: "^[-._a-zA-Z0-9]+$" },
        additionalProperties: { type: "string" },
      },
      mode: string("Put everything on the nodes, or take it away again.", { enum: ["install", "uninstall"] }),
      restart: object({
        enabled: { type: "boolean", description: "Restart kubelets, from a privileged container." },
        wait: string("How long a kubelet may take to come up.", {
          pattern: "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$",
        }),
      }),
      node: object({
        binDir: string("Where the executables go.", absolutePath),
        configPath: string("Where the configuration goes.", absolutePath),
        flagsDirectory: string("Where the file with the kubelet's flags is.", absolutePath),
        unitDirectories: list(
          { type: "string", pattern: "^/.*[^/]$" },
          "Directories with the kubelet's systemd unit.",
        ),
        kubernetesVersion: string("The oldest kubelet's version.", {
          pattern: "^(v?1\\.[0-9]+(\\.[0-9]+.*)?)?$",
        }),
        merge: { type: "boolean", description: "Keep what an installed configuration has besides." },
      }),
      seLinuxOptions: { type: "object", additionalProperties: { type: "string" } },
      image: object({
        repository: string("Without tag.", { minLength: 1 }),
        tag: string("The chart's appVersion unless given."),
        digest: string("Preferred to the tag.", { pattern: "^(sha256:[0-9a-f]{64})?$" }),
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
      // Helm's own, of a chart that has this one as a dependency.
      global: anyObject,
    }),
  };
}
