import type { AwsCredentials } from "@imagecred/identities/aws";
import { signedHeaders } from "@imagecred/identities/aws/calls";
import { type Context, Secret } from "@imagecred/protocol";

/** Google STS's token type for a signed request to AWS STS. */
export const AWS_REQUEST_TYPE = "urn:ietf:params:aws:token-type:aws4_request";

/**
 * A signed GetCallerIdentity request; AWS's response tells Google the identity that signed it
 * (https://google.aip.dev/auth/4117#determining-the-subject-token-in-aws).
 * @param url of AWS STS, with the query of GetCallerIdentity
 * @param audience the pool's provider, which is signed too
 */
export function signedCallerIdentity(
  url: string,
  region: string,
  audience: string,
  keys: AwsCredentials,
  { clock, crypto }: Pick<Context, "clock" | "crypto">,
): Secret {
  const headers = signedHeaders(
    { method: "POST", url, headers: { "x-goog-cloud-target-resource": audience } },
    { region, service: "sts", now: clock.now() },
    keys,
    crypto,
  );
  const list = Object.entries(headers).map(([key, value]) => ({ key, value }));
  const token = encodeURIComponent(JSON.stringify({ url, method: "POST", headers: list }));
  // Only the signature is secret: messages contain the hosts, the region and the audience.
  return new Secret(token, [headers["authorization"]?.split("Signature=")[1] ?? token]);
}
