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
  const key = new Secret(straightened(required(file, "private_key")));
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

const PEM = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/;

/**
 * A PEM text in its usual lines. Templates indent it, join its lines or leave `\\n` in it, which one runtime's parser takes and
 * the other's refuses. What is not of this form, such as an encrypted key with its headers, stays as it is.
 */
function straightened(pem: string): string {
  const [, label = "", body = ""] = PEM.exec(pem) ?? [];
  const base64 = body.replaceAll("\\n", "").replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+=*$/.test(base64)) return pem;
  const lines = base64.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** OID 1.2.840.10045.2.1, id-ecPublicKey, in the DER of a PKCS#8 key. */
const EC_PUBLIC_KEY = "06072a8648ce3d0201";
/** A private RSA key of 2048 bits takes about 1,200 bytes, one of 1536 bits about 900. */
const SHORTEST_RSA_KEY = 1_050;

/** What the two runtimes would treat differently: one signs with any key, the other calls such a key unreadable. */
function requireRsa(key: Secret, file: CredentialFile): void {
  const [, label = "", body = ""] = PEM.exec(key.reveal()) ?? [];
  const der = bytesOf(body);
  const advice =
    "keys of Google Cloud service accounts are RSA keys: create one with gcloud iam service-accounts keys create";
  if (label === "EC PRIVATE KEY" || (label === "PRIVATE KEY" && hex(der).includes(EC_PUBLIC_KEY)))
    throw unusable(file.path, "its private_key is an elliptic-curve key", advice);
  const short = der.length > 200 && der.length < SHORTEST_RSA_KEY;
  if (short && (label === "RSA PRIVATE KEY" || label === "PRIVATE KEY"))
    throw unusable(file.path, "its private_key has fewer than 2048 bits", advice);
}

function bytesOf(base64: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch {
    return new Uint8Array();
  }
}
