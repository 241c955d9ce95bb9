import type { ConfigProblem } from "@imagecred/kubelet";
import { nearest } from "../../lint/words.ts";
import { pluginByName } from "../../plugins/known-plugins.ts";
import { type Fix, type FixContext, PROVIDER_API_VERSION, type ProviderFacts, setting } from "./fix.ts";

/** Fix for a `cacheType` that is missing or neither of the two values. */
export function cacheTypeFix({ path, code }: ConfigProblem, { reading }: FixContext): Fix {
  const index = Number(/^providers\[(\d+)\]/.exec(path)?.[1] ?? Number.NaN);
  const written = reading.config?.providers[index]?.tokenAttributes?.cacheType ?? "";
  const meant = nearest(written, ["ServiceAccount", "Token"]);
  const text =
    "write cacheType: ServiceAccount (credentials cached per service account) or Token (per token)";
  if (code === "required" || meant === undefined)
    return { text, changes: [setting(path, "cacheType", "ServiceAccount")], guess: code !== "required" };
  return { text: `write cacheType: ${meant}`, changes: [setting(path, "cacheType", meant)] };
}

/** Fix for `serviceAccountTokenAudience`. */
export function audienceFix(
  { path }: ConfigProblem,
  own: ProviderFacts | undefined,
  { reading }: FixContext,
): Fix {
  const text =
    "write the audience that the cloud expects, such as sts.amazonaws.com or api://AzureADTokenExchange";
  const provider = reading.config?.providers.find(({ name }) => name === own?.name);
  const plugin = own === undefined ? undefined : pluginByName(own.name);
  const env = Object.fromEntries((provider?.env ?? []).map(({ name, value }) => [name, value]));
  const audience = plugin?.read({ args: provider?.args ?? [], env }).audiences?.known[0]?.audience;
  return audience === undefined
    ? { text }
    : {
        text: `write serviceAccountTokenAudience: ${audience}`,
        changes: [setting(path, "serviceAccountTokenAudience", audience)],
      };
}

/** Fix for a key in the lists of annotations. */
export function annotationFix({ path, code }: ConfigProblem): Fix {
  if (code === "duplicate")
    return { text: "write each annotation key once", changes: [{ kind: "remove", at: path }] };
  if (code === "forbidden") {
    const at = path.replace(/\.requiredServiceAccountAnnotationKeys$/, "");
    return {
      text: "set requireServiceAccount: true, or move the keys to optionalServiceAccountAnnotationKeys",
      changes: [{ kind: "set", at, key: "requireServiceAccount", value: true }],
      guess: true,
    };
  }
  return { text: "write an annotation's key, such as eks.amazonaws.com/ecr-role-arn" };
}

/** Fix for `tokenAttributes` as a whole. */
export function tokenFix(problem: ConfigProblem, context: FixContext): Fix {
  const { path, code, message } = problem;
  if (code === "invalid") {
    const index = Number(/^providers\[(\d+)\]/.exec(path)?.[1] ?? Number.NaN);
    const attributes = context.reading.config?.providers[index]?.tokenAttributes;
    const required = attributes?.requiredServiceAccountAnnotationKeys ?? [];
    const optional = attributes?.optionalServiceAccountAnnotationKeys ?? [];
    const rest = optional.filter((key) => !required.includes(key));
    return {
      text: "write each annotation key in one of the two lists",
      changes: [{ kind: "set", at: path, key: "optionalServiceAccountAnnotationKeys", value: rest }],
    };
  }
  if (/feature gate/.test(message)) {
    return {
      text: "enable the kubelet's feature gate KubeletServiceAccountTokenForCredentialProviders, remove tokenAttributes, or upgrade to 1.34",
      changes: [{ kind: "remove", at: path }],
      guess: true,
    };
  }
  const at = path.replace(/\.tokenAttributes$/, "");
  return {
    text: `write apiVersion: ${PROVIDER_API_VERSION} for this provider`,
    changes: [{ kind: "set", at, key: "apiVersion", value: PROVIDER_API_VERSION }],
  };
}
