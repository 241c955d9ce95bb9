import {
  bodyStart,
  type Context,
  CredentialError,
  type Found,
  failureOf,
  receivedToken,
  type Secret,
  type TransportResponse,
} from "@imagecred/protocol";
import { readMetadata } from "./metadata.ts";

/**
 * A token of `https://accounts.google.com` that proves the instance's service account
 * (https://cloud.google.com/compute/docs/instances/verifying-instance-identity#request_signature).
 * @param account an email address, or `default`
 * @throws {CredentialError}
 */
export async function instanceIdentityToken(
  account: string,
  audience: string,
  context: Context,
): Promise<Found<Secret>> {
  const query = new URLSearchParams({ audience, format: "full" });
  const path = `instance/service-accounts/${account}/identity?${query}`;
  const response = await readMetadata(context, path, "identity");
  const action = `asking the metadata server for an identity token of service account ${account}`;
  if (response.status !== 200) throw refused(response, account, action);
  const token = new TextDecoder().decode(response.body).trim();
  return {
    identity: receivedToken(token, action, "identity token"),
    principal: `service account ${account} of the instance`,
  };
}

function refused(response: TransportResponse, account: string, action: string): CredentialError {
  const { status } = response;
  const failure = failureOf(status);
  return new CredentialError({
    action,
    reason: `status ${status} ${bodyStart(response)}`,
    advice: adviceFor(status, account),
    ...(failure === undefined ? {} : { failure }),
  });
}

function adviceFor(status: number, account: string): string {
  if (status === 429 || status >= 500) return "the metadata server is busy: the kubelet tries again";
  if (status !== 404) return "check the instance's service account";
  return account === "default"
    ? "attach a service account to the instance"
    : "the instance has no such service account: check --node-service-account";
}
