import type { Secret } from "@imagecred/protocol";
import type { TokenRequest } from "../token-request.ts";
import { type AccessToken, CLOUD_PLATFORM } from "./access-token.ts";
import { type GrantRequest, requestToken } from "./oauth.ts";
import type { IdentityPool } from "./workload-identity.ts";

/** The parameters of an exchange of a token of another issuer. */
export interface SubjectTokenUse {
  /** Google STS's name of the pool's provider. */
  readonly audience: string;
  /** Such as `urn:ietf:params:oauth:token-type:jwt`. */
  readonly type: string;
  /** The service account that is impersonated after the exchange. */
  readonly email?: string | undefined;
}

/** A token of another issuer, and the pool that accepts it. */
export interface SubjectToken extends SubjectTokenUse {
  readonly token: Secret;
}

/**
 * Exchanges a token at Google STS for a federated access token (RFC 8693;
 * https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token).
 * @throws {CredentialError}
 */
export async function exchangeToken(
  { token, type, audience }: SubjectToken,
  grant: Pick<GrantRequest, "url" | "action" | "advice" | "client" | "tls"> & {
    readonly fields?: Readonly<Record<string, string>>;
  },
  { context }: TokenRequest,
): Promise<AccessToken> {
  const fields = {
    audience,
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    scope: CLOUD_PLATFORM,
    subject_token: token.reveal(),
    subject_token_type: type,
    ...grant.fields,
  };
  return await requestToken({ service: "Google STS", ...grant, fields }, context);
}

/** Exchanges a pod's token. @throws {CredentialError} */
export async function exchangePodToken(
  token: Secret,
  pool: IdentityPool,
  request: TokenRequest,
): Promise<AccessToken> {
  const { audience } = pool;
  const expected =
    pool.kind === "gke"
      ? "the project's pool, PROJECT.svc.id.goog"
      : "one that the provider allows (by default https://iam.googleapis.com/ and its resource name)";
  return await exchangeToken(
    { token, type: "urn:ietf:params:oauth:token-type:jwt", audience },
    {
      url: `${request.options.endpoints.sts ?? `https://sts.${request.universe.domain}`}/v1/token`,
      action: `exchanging the pod's token at Google STS (${audience})`,
      advice: `check the issuer and the pool, and that serviceAccountTokenAudience in the CredentialProviderConfig is ${expected}`,
    },
    request,
  );
}
