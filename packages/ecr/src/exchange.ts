import type { AwsCredentials } from "@imagecred/identities/aws";
import type { Context, Found, RegistryCredential } from "@imagecred/protocol";
import type { EcrOptions } from "./options.ts";
import type { Registry } from "./registry.ts";

/**
 * Exchanges an AWS identity for a registry's password. While the first request for the identity waits for its response,
 * this loads the code for ECR and opens the connection. Before that request is sent, loading would delay it.
 * @throws {CredentialError} of the identity, or of ECR
 */
export async function exchange(
  registry: Registry,
  found: Promise<Found<AwsCredentials>>,
  { endpoints }: EcrOptions,
  context: Context,
): Promise<RegistryCredential> {
  await Promise.race([found, context.http.firstSent()]);
  // Prevents an unhandled rejection: it may fail before the code that awaits it is loaded.
  found.catch(() => {});
  if (registry.kind === "public") {
    const { exchangePublic } = await import("./exchange/public.ts");
    return await exchangePublic(registry, found, endpoints, context);
  }
  const { exchangePrivate } = await import("./exchange/private.ts");
  return await exchangePrivate(registry, found, endpoints, context);
}
