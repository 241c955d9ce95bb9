/**
 * A JSON Schema of CredentialProviderConfig for editors, made of the types that files are decoded with. What a schema
 * cannot express (patterns that are parsed as URLs, keys in two lists) is checked by {@link readConfig}.
 */
import type { GoShape } from "../decode/go-type.ts";
import { kubeletRules } from "./kubernetes-version.ts";
import { configType } from "./schema.ts";
import { PROVIDER_API_VERSIONS } from "./validate.ts";

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Constraints of validation in addition to the types, by the path of fields. */
const RULES: Readonly<Record<string, JsonSchema>> = {
  "": { required: ["apiVersion", "kind", "providers"] },
  apiVersion: { const: "kubelet.config.k8s.io/v1" },
  kind: { const: "CredentialProviderConfig" },
  providers: {
    minItems: 1,
    description: "The plugins, in the order in which they run for an image that several match.",
  },
  "providers[]": { required: ["name", "apiVersion", "matchImages", "defaultCacheDuration"] },
  "providers[].name": {
    description: "The executable's file name in --image-credential-provider-bin-dir.",
    pattern: "^[^/ ]*$",
    not: { enum: [".", ".."] },
  },
  "providers[].apiVersion": {
    description: "The version of the protocol between the kubelet and the plugin.",
    enum: PROVIDER_API_VERSIONS,
  },
  "providers[].matchImages": {
    minItems: 1,
    description:
      "Images for which the plugin runs: host[:port][/path]. A * stands for one label of the host, or a part of it; the path is a prefix.",
  },
  "providers[].defaultCacheDuration": {
    description: 'How long a response without a duration of its own is cached: "30m", "6h".',
  },
  "providers[].args": {
    description: "Arguments for the plugin. No shell reads them, and nothing is expanded.",
  },
  "providers[].env": {
    description: "Variables for the plugin, over those of the kubelet. Nothing is expanded.",
  },
  "providers[].tokenAttributes": {
    description: "Hands the plugin a token of the pod's service account (Kubernetes 1.34 and newer).",
    required: ["serviceAccountTokenAudience", "cacheType", "requireServiceAccount"],
  },
  "providers[].tokenAttributes.serviceAccountTokenAudience": {
    minLength: 1,
    description:
      "The audience that the cloud expects: sts.amazonaws.com, api://AzureADTokenExchange, that of a Google pool.",
  },
  "providers[].tokenAttributes.cacheType": {
    enum: ["ServiceAccount", "Token"],
    description: "Credentials are cached per service account, or per token.",
  },
  "providers[].tokenAttributes.requireServiceAccount": {
    description: "true: the plugin does not run for pods without a service account, such as static pods.",
  },
  "providers[].tokenAttributes.requiredServiceAccountAnnotationKeys": {
    uniqueItems: true,
    description: "Annotations that are passed on; the plugin does not run for service accounts without them.",
  },
  "providers[].tokenAttributes.optionalServiceAccountAnnotationKeys": {
    uniqueItems: true,
    description: "Annotations that are passed on where a service account has them.",
  },
};

/** The schema of version v1, as read by the newest known kubelet. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "CredentialProviderConfig",
    description:
      "What the kubelet's --image-credential-provider-config names: which images get their credentials from which plugin.",
    ...schemaOf(configType("v1", kubeletRules()).shape, ""),
  };
}

function schemaOf(shape: GoShape, path: string): JsonSchema {
  const rules = RULES[path] ?? {};
  switch (shape.kind) {
    case "string":
      return { type: "string", ...rules };
    case "bool":
      return { type: "boolean", ...rules };
    case "duration":
      // Go's time.ParseDuration, without a minus.
      return {
        type: "string",
        pattern: "^\\+?(?:0|(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$",
        ...rules,
      };
    case "slice":
      return { type: "array", items: schemaOf(shape.element, `${path}[]`), ...rules };
    case "map":
      return { type: "object", additionalProperties: schemaOf(shape.element, `${path}{}`), ...rules };
    case "struct": {
      const properties = [...shape.fields].map(([name, field]) => [
        name,
        schemaOf(field, path === "" ? name : `${path}.${name}`),
      ]);
      return {
        type: "object",
        properties: Object.fromEntries(properties),
        additionalProperties: false,
        ...rules,
      };
    }
  }
}
