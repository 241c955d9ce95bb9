import { base64url, type Found, fromBase64, hex, Secret, textAt } from "@imagecred/protocol";
import type { TokenRequest } from "../token-request.ts";
import { DEFAULT_UNIVERSE } from "../universe.ts";
import { type AccessToken, CLOUD_PLATFORM } from "./access-token.ts";
import { type CredentialFile, required, unusable } from "./credential-file.ts";
import { tokenUri } from "./endpoint.ts";
import { requestToken } from "./oauth.ts";

/** The longest lifetime that Google accepts. */
const LIFETIME_SECONDS = 3600;

/**
 * The access token of a service account's key: Google exchanges a JWT that the key signed
 * (https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests). In universes other than
 * the default one, the signed JWT itself is the access token (https://google.aip.dev/auth/4111).
 * @throws {CredentialError}
 */
export async function keyToken(file: CredentialFile, request: TokenRequest): Promise<Found<AccessToken>> {
  const { universe, context } = request;
  const email = required(file, "client_email");
  const key = new Secret(normalizedPem(required(file, "private_key")));
  const now = Math.floor(context.clock.now() / 1000);
  const claims = { iss: email, scope: CLOUD_PLATFORM, iat: now, exp: now + LIFETIME_SECONDS };
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

/** A JWT with an `RS256` signature. @throws {CredentialError} for a key that cannot sign */
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
 * A PEM text in its usual lines. Templates indent it, join its lines or leave `\\n` in it, which only one runtime's parser
 * accepts. Other forms, such as an encrypted key with headers, are not changed.
 */
function normalizedPem(pem: string): string {
  const [, label = "", body = ""] = PEM.exec(pem) ?? [];
  const base64 = body.replaceAll("\\n", "").replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+=*$/.test(base64)) return pem;
  const lines = base64.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** OID 1.2.840.10045.2.1, id-ecPublicKey, in the DER of a PKCS#8 key. */
const EC_PUBLIC_KEY = "06072a8648ce3d0201";
/** An RSA private key of 2048 bits has about 1,200 bytes, one of 1536 bits about 900. */
const SHORTEST_RSA_KEY = 1_050;

/** Refuses keys that the runtimes treat differently: one signs with any key, the other cannot read such keys. */
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
