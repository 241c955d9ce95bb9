import { readMetadata } from "@imagecred/identities/google";
import { type Context, CredentialError } from "@imagecred/protocol";
import { tokenIn } from "../google-response.ts";
import type { TokenRequest } from "../token-request.ts";
import { DEFAULT_UNIVERSE, type Universe } from "../universe.ts";
import { type AccessToken, expiryOf } from "./access-token.ts";

/**
 * The access token of one of the instance's service accounts, with one request in the default universe. The server returns
 * a cached token, which may expire soon.
 * https://cloud.google.com/compute/docs/access/authenticate-workloads
 * @throws {CredentialError}
 */
export async function instanceToken({ universe, options, context }: TokenRequest): Promise<AccessToken> {
  const [token] = await Promise.all([
    requestToken(options.serviceAccount, context),
    ...(universe.domain === DEFAULT_UNIVERSE.domain ? [] : [checkUniverse(universe, context)]),
  ]);
  return token;
}

async function requestToken(account: string, context: Context): Promise<AccessToken> {
  const response = await readMetadata(context, `instance/service-accounts/${account}/token`, "token");
  const action = `asking the metadata server for a token of service account ${account}`;
  const said = new TextDecoder().decode(response.body);
  const { token, document } = await tokenIn(response, action, "access_token", (status) =>
    /Gaia id not found/i.test(said) ? NO_SUCH_ACCOUNT : adviceFor(status, account),
  );
  return { token, expiresAt: expiryOf(document, context.clock.now()) };
}

/** Advice for the error of GKE's metadata server for a service account that does not exist in IAM. */
const NO_SUCH_ACCOUNT =
  "the service account does not exist: it was deleted, or its email address is mistyped (on GKE, in the annotation iam.gke.io/gcp-service-account)";

function adviceFor(status: number, account: string): string {
  switch (status) {
    case 404:
      return account === "default"
        ? "the instance has no service account; attach one that may read the registry, with the scope cloud-platform"
        : "the instance has no such service account; check --service-account";
    case 403:
      return "the service account may not get a token; check that it is enabled, its access scopes, and on GKE the node pool's Workload Identity settings";
    case 429:
      return "the metadata server limits requests; the kubelet tries again";
    default:
      return status >= 500
        ? "the metadata server has a problem; the kubelet tries again"
        : "check the instance's service account and access scopes";
  }
}

/** A credential must not leave its universe, so the instance must be in the universe that the operator set. */
async function checkUniverse(universe: Universe, context: Context): Promise<void> {
  const response = await readMetadata(context, "universe/universe-domain", "universe-domain");
  // Old metadata servers do not have the path, and are in the default universe.
  const actual =
    response.status === 404 ? DEFAULT_UNIVERSE.domain : new TextDecoder().decode(response.body).trim();
  if (actual === universe.domain && response.status === 200) return;
  const { describeResponse } = await import("../google-refusal.ts");
  throw new CredentialError({
    action: `checking that the instance is in the universe ${universe.domain}`,
    reason:
      response.status === 200 || response.status === 404
        ? `it is in ${JSON.stringify(actual.slice(0, 80))}`
        : describeResponse(response),
    advice: "check --universe-domain and GOOGLE_CLOUD_UNIVERSE_DOMAIN",
  });
}
