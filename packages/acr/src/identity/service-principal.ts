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
 * A token for an application with a secret or a certificate, by way of @azure/identity, which knows the authorities of all
 * clouds, AD FS among them. Its requests go through our HTTP client. @throws {CredentialError}
 */
export async function findServicePrincipal(
  principal: SecretIdentity | CertificateIdentity,
  { cloud, options, context }: EntraRequest,
): Promise<Found<EntraToken>> {
  const tenantId = cloud.adfs === true ? "adfs" : principal.tenantId;
  if (cloud.adfs !== true) requireTenant(tenantId);
  const { clientId } = principal;
  const action = `asking Microsoft Entra ID for a token as application ${clientId} of tenant ${tenantId} with its ${principal.kind}`;
  // What AZURE_LOG_LEVEL makes the SDK say belongs where our own details go, past the redaction.
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
      // The clouds' authorities are known or come from the operator; asking the public cloud about them would be one call more.
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
    // Our own client's failures say more than what the SDK makes of them.
    if (http.failure() !== undefined) throw http.failure();
    const response = http.lastResponse();
    if (response !== undefined && textAt(parseJson(response.body), "access_token") === undefined) {
      throw tokenEndpointError(action, response, "Microsoft Entra ID");
    }
    // It looks at tenant and application before it asks anything.
    const advice = "check the tenant and the application's ID";
    throw new CredentialError({ action, reason: excerpt(messageOf(error), 200), advice, cause: error });
  }
}

interface SdkOptions {
  readonly authorityHost: string;
  readonly disableInstanceDiscovery: true;
  readonly httpClient: ReturnType<typeof createSdkHttpClient>["client"];
  /** Not among the documented options; every client of the SDK's takes it (@azure/core-client, ServiceClient). */
  readonly pipeline: Pipeline;
}

/**
 * In place of the SDK's own policies: retries, logs and proxies are our client's, and the one for proxies throws for a
 * HTTPS_PROXY without a scheme, which is as good as one with it.
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
