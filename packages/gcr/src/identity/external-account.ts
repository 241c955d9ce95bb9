import { asObject, connectMeanwhile, type Found, textAt } from "@imagecred/protocol";
import type { TokenRequest } from "../token-request.ts";
import type { Universe } from "../universe.ts";
import type { AccessToken } from "./access-token.ts";
import { type CredentialFile, required, unusable } from "./credential-file.ts";
import { endpointIn } from "./endpoint.ts";
import { type Impersonation, impersonate } from "./impersonation.ts";
import { exchangeToken } from "./sts.ts";
import { isCertificate, readSubjectToken } from "./subject-token.ts";

const WORKFORCE = /^\/\/iam\.[^/]+\/locations\/[^/]+\/workforcePools\/[^/]+\/providers\/[^/]+$/;

/**
 * The access token of an external account (https://google.aip.dev/auth/4117): exchanges a token of another issuer at Google
 * STS; if the file has a service account, impersonates it.
 * @throws {CredentialError}
 */
export async function externalToken(
  file: CredentialFile,
  request: TokenRequest,
): Promise<Found<AccessToken>> {
  const { universe, context } = request;
  const audience = required(file, "audience");
  const type = required(file, "subject_token_type");
  const host = isCertificate(file) ? `sts.mtls.${universe.domain}` : `sts.${universe.domain}`;
  const url = endpointIn(file, "token_url", "sts", universe) ?? `https://${host}/v1/token`;
  const target = impersonationIn(file, universe);
  const client = clientIn(file);
  const options = userProjectOption(file, audience, client !== undefined);
  const { token, tls } = await readSubjectToken(file, { audience, type, email: target?.email }, request);
  const exchanged = exchangeToken(
    { token, type, audience },
    {
      url,
      client,
      ...(tls === undefined ? {} : { tls }),
      fields: options,
      action: `exchanging the subject token of ${file.path} at Google STS (${audience})`,
      advice: "check the pool's provider, its audience and its conditions",
    },
    request,
  );
  if (target === undefined) return { identity: await exchanged, principal: audience };
  await connectMeanwhile(context.http, new URL(target.url).origin, exchanged);
  return {
    identity: await impersonate(target, await exchanged, request),
    principal: `${target.email} by ${audience}`,
  };
}

/** The service account in a file's `service_account_impersonation_url`, if it has one. @throws {CredentialError} */
export function impersonationIn(file: CredentialFile, universe: Universe): Impersonation | undefined {
  const field = "service_account_impersonation_url";
  const url = endpointIn(file, field, "iamcredentials", universe);
  if (url === undefined) return undefined;
  const email = /\/serviceAccounts\/([^/:]+@[^/:]+):generateAccessToken$/.exec(url)?.[1];
  if (email === undefined)
    throw unusable(file.path, `its ${field} has no service account`, "create a new file");
  const delegates = file.fields["delegates"];
  const seconds = asObject(file.fields["service_account_impersonation"])?.["token_lifetime_seconds"];
  return {
    url,
    email: decodeURIComponent(email),
    delegates: Array.isArray(delegates) ? delegates.filter((each) => typeof each === "string") : [],
    ...(typeof seconds === "number" && seconds >= 600 && seconds <= 43_200 ? { seconds } : {}),
  };
}

function clientIn(file: CredentialFile): { readonly id: string; readonly secret: string } | undefined {
  const id = textAt(file.fields, "client_id");
  return id === undefined ? undefined : { id, secret: textAt(file.fields, "client_secret") ?? "" };
}

/** The project that pays for a workforce user's requests, unless the file's OAuth client has one. */
function userProjectOption(
  file: CredentialFile,
  audience: string,
  hasClient: boolean,
): Readonly<Record<string, string>> {
  const project = textAt(file.fields, "workforce_pool_user_project");
  if (project === undefined) return {};
  if (!WORKFORCE.test(audience)) {
    throw unusable(
      file.path,
      "it has workforce_pool_user_project, but its audience is not a workforce pool",
      "remove that field, or create a new file for the right pool",
    );
  }
  return hasClient ? {} : { options: JSON.stringify({ userProject: project }) };
}
