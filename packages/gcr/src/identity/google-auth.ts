import { CredentialError, claimsOf, type Found, messageOf, Secret } from "@imagecred/protocol";
// The library's index loads all of it: compute, pluggable and id token clients, a metadata client, a discovery of its own.
import { AwsClient } from "google-auth-library/build/src/auth/awsclient.js";
import { IdentityPoolClient } from "google-auth-library/build/src/auth/identitypoolclient.js";
import { JWT } from "google-auth-library/build/src/auth/jwtclient.js";
import { UserRefreshClient } from "google-auth-library/build/src/auth/refreshclient.js";
import type { TokenRequest } from "../token-request.ts";
import { DEFAULT_UNIVERSE } from "../universe.ts";
import { type AccessToken, CLOUD_PLATFORM } from "./access-token.ts";
import { type CredentialFile, parseCredentialFile, required, unusable } from "./credential-file.ts";
import { checkExternalAccount, fileTokenSupplier, impersonationTarget } from "./external-account.ts";
import { type Transporter, transporterOver } from "./google-transporter.ts";
import { impersonate } from "./impersonation.ts";

/** The part of google-auth-library's clients that is used. */
interface TokenClient {
  getAccessToken(): Promise<{ token?: string | null | undefined }>;
  readonly credentials: { expiry_date?: number | null | undefined };
}

/**
 * The access token of a credential file, by google-auth-library. Everything that the library sends goes through the
 * context's HTTP, and so through its proxy, trust, limits and retries.
 * @throws {CredentialError}
 */
export async function libraryToken(file: CredentialFile, request: TokenRequest): Promise<Found<AccessToken>> {
  if (file.type === "impersonated_service_account") return await impersonated(file, request);
  const { client, principal } = clientFor(file, request);
  const identity =
    client instanceof JWT && request.universe.domain !== DEFAULT_UNIVERSE.domain
      ? await selfSigned(client, file)
      : await tokenOf(client, file);
  return { identity, principal };
}

function clientFor(
  file: CredentialFile,
  { universe, context }: TokenRequest,
): { client: TokenClient; principal: string } {
  const { fields } = file;
  const transporter = transporterOver(context);
  const shared = { transporter, useAuthRequestParameters: false, universeDomain: universe.domain };
  switch (file.type) {
    case "service_account": {
      const email = required(file, "client_email");
      const key = new Secret(required(file, "private_key"));
      return {
        client: new JWT({ ...shared, email, key: key.reveal(), scopes: [CLOUD_PLATFORM] }),
        principal: email,
      };
    }
    case "authorized_user": {
      if (universe.domain !== DEFAULT_UNIVERSE.domain) {
        throw unusable(file.path, "a user's credential outside of googleapis.com", "use a service account");
      }
      const clientId = required(file, "client_id");
      const clientSecret = new Secret(required(file, "client_secret")).reveal();
      const refreshToken = new Secret(required(file, "refresh_token")).reveal();
      const client = new UserRefreshClient({ ...shared, clientId, clientSecret, refreshToken });
      return { client, principal: `the user of OAuth client ${clientId}` };
    }
    default: {
      const source = checkExternalAccount(file, universe);
      const options = { ...fields, ...shared, scopes: [CLOUD_PLATFORM] };
      const client =
        source === "aws"
          ? new AwsClient(options as unknown as ConstructorParameters<typeof AwsClient>[0])
          : new IdentityPoolClient({
              ...options,
              ...(source === "file" ? fileTokenSupplier(file, context) : {}),
            } as unknown as ConstructorParameters<typeof IdentityPoolClient>[0]);
      useTransporter(client, transporter);
      return { client, principal: required(file, "audience") };
    }
  }
}

/** The library gives its STS client an HTTP client of its own, whatever it was given itself (11.3.4, baseexternalclient.js). */
function useTransporter(client: object, transporter: Transporter): void {
  const { stsCredential } = client as { stsCredential?: { transporter?: unknown } };
  if (stsCredential === undefined) throw new Error("google-auth-library has no stsCredential any more");
  stsCredential.transporter = transporter;
}

async function tokenOf(client: TokenClient, file: CredentialFile): Promise<AccessToken> {
  const { token } = await wrapLibraryError(() => client.getAccessToken(), file);
  if (typeof token !== "string" || token === "") {
    throw unusable(file.path, "the answer to it holds no access token", "check what answers there");
  }
  return { token: new Secret(token), expiresAt: client.credentials.expiry_date ?? "do-not-cache" };
}

/**
 * In universes other than the default one, a service account signs its access tokens itself
 * (https://google.aip.dev/auth/4111): nobody is asked.
 */
async function selfSigned(client: JWT, file: CredentialFile): Promise<AccessToken> {
  const headers = await wrapLibraryError(() => client.getRequestHeaders(), file);
  const token = /^Bearer (\S+)$/.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  const { exp } = claimsOf(token);
  return { token: new Secret(token), expiresAt: typeof exp === "number" ? exp * 1000 : "do-not-cache" };
}

async function impersonated(file: CredentialFile, request: TokenRequest): Promise<Found<AccessToken>> {
  const { email, delegates } = impersonationTarget(file, request.universe);
  const source = parseCredentialFile(file.fields["source_credentials"], `${file.path} (source_credentials)`);
  if (source.type === "impersonated_service_account") {
    throw unusable(file.path, "it impersonates by an impersonation", "use delegates instead");
  }
  const caller = await libraryToken(source, request);
  const identity = await impersonate(email, caller.identity, request, delegates);
  return { identity, principal: `${email} by ${caller.principal}` };
}

/** The library's own errors (a key that is none, a source that gives nothing) say nothing of the file. */
async function wrapLibraryError<T>(work: () => Promise<T>, file: CredentialFile): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    throw unusable(file.path, messageOf(error), "check the file");
  }
}
