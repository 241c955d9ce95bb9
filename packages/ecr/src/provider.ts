import {
  type Answer,
  type Context,
  CredentialError,
  type CredentialProvider,
  type CredentialProviderRequest,
  type IdentityPlan,
  planIdentity,
  VERSION,
} from "@imagecred/protocol";
import type { RegistryCredential } from "./exchange/authorization-data.ts";
import { findCaller } from "./identity.ts";
import { resolveRegistry } from "./mirrors.ts";
import { type EcrOptions, parseOptions, USAGE } from "./options.ts";
import type { Registry } from "./registry.ts";

/** The plugin for Amazon ECR and Amazon ECR Public. */
export const ecr: CredentialProvider<EcrOptions> = {
  name: "ecr-credential-provider",
  version: VERSION,
  usage: USAGE,
  options: parseOptions,
  async credential(request, options, context) {
    const { registry, mirror } = resolveRegistry(request.image, options.mirrors);
    const plan = planIdentity(request, options.identity);
    const { login, expiresAt } = await credentialFor(plan, registry, request, options, context);
    const key = mirror?.mirror ?? request.image.registry;
    return {
      // A key with a path is for some of a host's images only, and so is the response.
      cacheKeyType: key.includes("/") ? "Image" : "Registry",
      auth: { [key]: login },
      expiresAt,
    } satisfies Answer;
  },
};

async function credentialFor(
  plan: IdentityPlan,
  registry: Registry,
  request: CredentialProviderRequest,
  options: EcrOptions,
  context: Context,
): Promise<RegistryCredential> {
  try {
    return await exchange(plan, registry, request, options, context);
  } catch (error) {
    if (plan.use === "node" || !plan.fallbackToNode || !(error instanceof CredentialError)) throw error;
    context.log.info("identity-fallback", { from: "pod", to: "node", reason: error.message });
    return afterPod(error, () => exchange({ use: "node" }, registry, request, options, context));
  }
}

/** When the node's identity fails too, the message must not hide that the pod's was asked first. */
async function afterPod<T>(podError: CredentialError, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    throw new CredentialError({
      action: `${podError.action}: ${podError.reason}; then with the node's identity, ${error.action}`,
      reason: error.reason,
      ...(error.advice === undefined ? {} : { advice: error.advice }),
      cause: error,
    });
  }
}

/**
 * The SDK is loaded, and the connection to ECR opened, while the first answer about our identity is on its way: neither
 * waits for the other. Before that question has left, loading would only hold it up.
 */
async function exchange(
  plan: IdentityPlan,
  registry: Registry,
  request: CredentialProviderRequest,
  options: EcrOptions,
  context: Context,
): Promise<RegistryCredential> {
  const caller = findCaller(plan, request, registry, options, context);
  await Promise.race([caller, context.http.firstSent()]);
  // It may fail before anybody waits for it.
  caller.catch(() => {});
  const { endpoints } = options;
  if (registry.kind === "public") {
    const { publicCredential } = await import("./exchange/public.ts");
    return publicCredential(registry, caller, endpoints, context);
  }
  const { privateCredential } = await import("./exchange/private.ts");
  return privateCredential(registry, caller, endpoints, context);
}
