import { createEmptyPipeline, type Pipeline, setClientRequestIdPolicy } from "@azure/core-rest-pipeline";
import { ClientAssertionCredential, ClientSecretCredential, type TokenCredential } from "@azure/identity";
import { AzureLogger } from "@azure/logger";
import {
  type Context,
  CredentialError,
  excerpt,
  type Found,
  messageOf,
  OptionsError,
  parseJson,
  Secret,
  textAt,
} from "@imagecred/protocol";
import type { AzureCloud } from "../clouds.ts";
import type { CertificateIdentity, SecretIdentity } from "../options/node-identities.ts";
import { requireTenant } from "../tenant.ts";
import { readCertificateFile } from "./certificate-file.ts";
import { tokenEndpointError } from "./entra-error.ts";
import { createSdkHttpClient } from "./sdk-http.ts";
import { signAssertion } from "./signed-assertion.ts";
import { type EntraRequest, type EntraToken, scopeOf } from "./token.ts";

/**
 * Gets a token for an application with a secret or a certificate, through @azure/identity, which supports the authorities of
 * all clouds, including AD FS. Its requests use our HTTP client. @throws {CredentialError}
 */
export async function findServicePrincipal(
  principal: SecretIdentity | CertificateIdentity,
  { cloud, options, context }: EntraRequest,
): Promise<Found<EntraToken>> {
  const tenantId = cloud.adfs === true ? "adfs" : principal.tenantId;
  if (cloud.adfs !== true) requireTenant(tenantId);
  const { clientId } = principal;
  const action = `asking Microsoft Entra ID for a token as application ${clientId} of tenant ${tenantId} with its ${principal.kind}`;
  // The SDK's log lines (AZURE_LOG_LEVEL) go to our log, which redacts them.
  AzureLogger.log = (...words: unknown[]) =>
    context.log.debug("azure-sdk", { line: words.map(String).join(" ") });
  const http = createSdkHttpClient(
    context,
    options.userAgent,
    cloud.adfs === true ? undefined : `${cloud.loginEndpoint}/${tenantId}`,
  );
  try {
    const credential = await credentialOf(principal, tenantId, cloud, context, {
      authorityHost: cloud.loginEndpoint,
      // The authorities are known or configured; discovery in the public cloud would be an additional call.
      disableInstanceDiscovery: true,
      httpClient: http.client,
      pipeline: requestIdsOnly(),
    });
    const { token } = (await credential.getToken(scopeOf(options))) ?? {};
    if (token === undefined) throw new Error("no token");
    return {
      identity: { token: new Secret(token), tenantId },
      principal: `application ${clientId} of tenant ${tenantId}`,
    };
  } catch (error) {
    if (error instanceof CredentialError || error instanceof OptionsError) throw error;
    // Our own client's error is more specific than the SDK's.
    if (http.failure() !== undefined) throw http.failure();
    const response = http.lastResponse();
    if (response !== undefined && textAt(parseJson(response.body), "access_token") === undefined) {
      throw tokenEndpointError(action, response, "Microsoft Entra ID");
    }
    // The SDK checks tenant and application before it sends a request.
    const advice = "check the tenant and the application's ID";
    throw new CredentialError({ action, reason: excerpt(messageOf(error), 200), advice, cause: error });
  }
}

interface SdkOptions {
  readonly authorityHost: string;
  readonly disableInstanceDiscovery: true;
  readonly httpClient: ReturnType<typeof createSdkHttpClient>["client"];
  /** Not documented, but every client of the SDK accepts it (@azure/core-client, ServiceClient). */
  readonly pipeline: Pipeline;
}

/**
 * Replaces the SDK's policies: our client has retries, logs and proxies, and the SDK's proxy policy throws for an
 * HTTPS_PROXY without a scheme, which is valid.
 */
function requestIdsOnly(): Pipeline {
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(setClientRequestIdPolicy());
  return pipeline;
}

async function credentialOf(
  principal: SecretIdentity | CertificateIdentity,
  tenantId: string,
  cloud: AzureCloud,
  context: Context,
  options: SdkOptions,
): Promise<TokenCredential> {
  const { clientId } = principal;
  if (principal.kind === "secret")
    return new ClientSecretCredential(tenantId, clientId, principal.secret.reveal(), options);
  const certificate = await readCertificateFile(
    principal.path,
    principal.password,
    context,
    principal.others,
  );
  const assertion = signAssertion(
    certificate,
    { clientId, tenantId, sendChain: principal.sendChain },
    cloud,
    context,
  );
  return new ClientAssertionCredential(tenantId, clientId, async () => assertion.reveal(), options);
}
