import { ClientAssertionCredential, ClientSecretCredential, type TokenCredential } from "@azure/identity";
import { AzureLogger } from "@azure/logger";
import {
  type Context,
  CredentialError,
  excerpt,
  type Found,
  messageOf,
  parseJson,
  Secret,
  textAt,
} from "@imagecred/protocol";
import type { AzureCloud } from "../clouds.ts";
import type { CertificateIdentity, SecretIdentity } from "../options/node-identities.ts";
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
  const credential = await credentialOf(principal, tenantId, cloud, context, {
    authorityHost: cloud.loginEndpoint,
    // The clouds' authorities are known or come from the operator; asking the public cloud about them would be one call more.
    disableInstanceDiscovery: true,
    httpClient: http.client,
    retryOptions: { maxRetries: 0 },
  });
  try {
    const { token } = (await credential.getToken(scopeOf(options))) ?? {};
    if (token === undefined) throw new Error("no token");
    return {
      identity: { token: new Secret(token), tenantId },
      principal: `application ${clientId} of tenant ${tenantId}`,
    };
  } catch (error) {
    // Our own client's failures say more than what the SDK makes of them.
    if (http.failure() !== undefined) throw http.failure();
    const response = http.lastResponse();
    if (response !== undefined && textAt(parseJson(response.body), "access_token") === undefined) {
      throw tokenEndpointError(action, response, "Microsoft Entra ID");
    }
    throw new CredentialError({ action, reason: excerpt(messageOf(error), 200), cause: error });
  }
}

interface SdkOptions {
  readonly authorityHost: string;
  readonly disableInstanceDiscovery: true;
  readonly httpClient: ReturnType<typeof createSdkHttpClient>["client"];
  readonly retryOptions: { readonly maxRetries: 0 };
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
