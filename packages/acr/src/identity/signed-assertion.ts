import { base64, base64url, type Context, CredentialError, messageOf, Secret } from "@imagecred/protocol";
import type { AzureCloud } from "../clouds.ts";
import type { ClientCertificate } from "./client-certificate.ts";

/** The contents of an assertion. */
export interface AssertionClaims {
  readonly clientId: string;
  readonly tenantId: string;
  /** True to add the certificate and its chain (`x5c`). */
  readonly sendChain: boolean;
}

const LIFETIME_SECONDS = 600;

/**
 * A client assertion: a JWT that proves possession of a registered certificate's key
 * (https://learn.microsoft.com/entra/identity-platform/certificate-credentials). RS256 with `x5t#S256`; AD FS finds the
 * certificate only by its SHA-1 (`x5t`), so for AD FS it has both.
 * @throws {CredentialError} if the key cannot sign
 */
export function signAssertion(
  { chain, privateKeyPem, path }: ClientCertificate,
  { clientId, tenantId, sendChain }: AssertionClaims,
  cloud: AzureCloud,
  { crypto, clock }: Pick<Context, "crypto" | "clock">,
): Secret {
  const now = Math.floor(clock.now() / 1000);
  const [leaf] = chain;
  const header = {
    alg: "RS256",
    typ: "JWT",
    "x5t#S256": base64url(crypto.sha256(leaf)),
    ...(cloud.adfs === true ? { x5t: base64url(crypto.sha1(leaf)) } : {}),
    ...(sendChain ? { x5c: chain.map(base64) } : {}),
  };
  const claims = {
    aud: tokenEndpoint(cloud, tenantId),
    iss: clientId,
    sub: clientId,
    jti: crypto.randomUUID(),
    nbf: now,
    iat: now,
    exp: now + LIFETIME_SECONDS,
  };
  const encoder = new TextEncoder();
  const part = (value: unknown) => base64url(encoder.encode(JSON.stringify(value)));
  const signed = `${part(header)}.${part(claims)}`;
  try {
    return new Secret(`${signed}.${base64url(crypto.signRs256(privateKeyPem, encoder.encode(signed)))}`);
  } catch (error) {
    throw new CredentialError({
      action: `signing with the private key in ${path}`,
      reason: messageOf(error),
      advice: "Entra ID accepts RSA keys: check the file's key",
      cause: error,
    });
  }
}

function tokenEndpoint(cloud: AzureCloud, tenantId: string): string {
  const version = tenantId === "adfs" ? "" : "v2.0/";
  return `${cloud.loginEndpoint}/${tenantId}/oauth2/${version}token`;
}
