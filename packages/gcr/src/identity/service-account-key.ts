import { base64url, type Found, fromBase64, hex, Secret, textAt } from "@imagecred/protocol";
import type { TokenRequest } from "../token-request.ts";
import { DEFAULT_UNIVERSE } from "../universe.ts";
import { type AccessToken, CLOUD_PLATFORM } from "./access-token.ts";
import { type CredentialFile, required, unusable } from "./credential-file.ts";
import { tokenUri } from "./endpoint.ts";
import { requestToken } from "./oauth.ts";

/** The longest that Google accepts. */
const LIFE_SECONDS = 3600;

/**
 * The access token of a service account's key: the key signs a JWT, which Google exchanges
 * (https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests). In universes other than
 * the default one, a JWT that the key signed is the access token (https://google.aip.dev/auth/4111), and nothing is asked.
 * @throws {CredentialError}
 */
export async function keyToken(file: CredentialFile, request: TokenRequest): Promise<Found<AccessToken>> {
  const { universe, context } = request;
  const email = required(file, "client_email");
  const key = new Secret(required(file, "private_key"));
  const now = Math.floor(context.clock.now() / 1000);
  const claims = { iss: email, scope: CLOUD_PLATFORM, iat: now, exp: now + LIFE_SECONDS };
  if (universe.domain !== DEFAULT_UNIVERSE.domain) {
    const token = signJwt({ ...claims, sub: email }, key, file, request);
    return { identity: { token, expiresAt: claims.exp * 1000 }, principal: email };
  }
  const url = tokenUri(file, universe);
  const identity = await requestToken(
    {
      service: "Google OAuth",
      url,
      fields: {
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: signJwt({ ...claims, aud: url }, key, file, request).reveal(),
      },
      action: `exchanging a JWT signed with the key in ${file.path} (${new URL(url).origin})`,
      advice: "check that the key is still valid, and the node's clock",
    },
    context,
  );
  return { identity, principal: email };
}

/** A JWT with a key's `RS256` signature. @throws {CredentialError} for a key that cannot make one */
function signJwt(
  claims: Readonly<Record<string, unknown>>,
  key: Secret,
  file: CredentialFile,
  { context: { crypto } }: TokenRequest,
): Secret {
  requireRsa(key, file);
  const keyId = textAt(file.fields, "private_key_id");
  const header = { alg: "RS256", typ: "JWT", ...(keyId === undefined ? {} : { kid: keyId }) };
  const encoder = new TextEncoder();
  const part = (value: unknown) => base64url(encoder.encode(JSON.stringify(value)));
  const signed = `${part(header)}.${part(claims)}`;
  try {
    return new Secret(`${signed}.${base64url(crypto.signRs256(key.reveal(), encoder.encode(signed)))}`);
  } catch {
    throw unusable(file.path, "its private_key is not an RSA key in PEM format", "create a new key file");
  }
}

/** OID 1.2.840.10045.2.1, id-ecPublicKey, in the DER of a PKCS#8 key. */
const EC_PUBLIC_KEY = "06072a8648ce3d0201";

/** One runtime would sign with an elliptic curve and say RS256, the other would call the key unreadable. */
function requireRsa(key: Secret, file: CredentialFile): void {
  const pem = key.reveal();
  const [, label = "", body = ""] = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END/.exec(pem) ?? [];
  if (label !== "EC PRIVATE KEY" && !(label === "PRIVATE KEY" && hexOf(body).includes(EC_PUBLIC_KEY))) return;
  throw unusable(
    file.path,
    "its private_key is an elliptic-curve key",
    "keys of Google Cloud service accounts are RSA keys: create one with gcloud iam service-accounts keys create",
  );
}

function hexOf(body: string): string {
  try {
    return hex(fromBase64(body));
  } catch {
    return "";
  }
}
