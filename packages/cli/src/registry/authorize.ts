import {
  base64,
  CredentialError,
  type HttpClient,
  Secret,
  type TransportResponse,
} from "@imagecred/protocol";
import type { Challenge } from "./challenge.ts";
import { errorsOf } from "./errors-of.ts";
import { tokenHostProblem } from "./token-host.ts";

export interface RegistryCredential {
  readonly username: string;
  readonly password: Secret;
}

/** An Authorization header, and how it was obtained. */
export interface Authorization {
  readonly header: Secret;
  /** In words: "Basic", "Bearer token from https://... (POST)". */
  readonly how: string;
}

/** The registry, or its token service, does not accept the credential. */
export class RegistryRefusal extends Error {
  override readonly name = "RegistryRefusal";
  readonly status: number | null;
  readonly fix: string;

  constructor(message: string, status: number | null, fix: string) {
    super(message);
    this.status = status;
    this.fix = fix;
  }
}

/** The credential was not sent, because the registry names a token service on a host that it is not for. The pull may work. */
export class NotSent extends Error {
  override readonly name = "NotSent";
  /** The token service's `host[:port]`. */
  readonly host: string;

  constructor(message: string, host: string) {
    super(message);
    this.host = host;
  }
}

/** The registry that sent a challenge, and the hosts that may get the credential. */
export interface AuthorizationScope {
  /** `host[:port]` of the registry that sent the challenge. */
  readonly registry: string;
  readonly repository: string;
  /** Other hosts (`host[:port]`) that may get the credential. */
  readonly tokenHosts: readonly string[];
}

const CLIENT_ID = "containerd-client";
/**
 * Statuses after which containerd requests the token with GET and Basic instead: services without POST respond with 404,
 * Artifactory with 401, ACR with 400; 405 is the standard's (containerd, core/remotes/docker/authorizer.go).
 */
const WITHOUT_POST = new Set([400, 401, 404, 405]);

/**
 * Responds to a registry's challenge as containerd does: with Basic, or with a Bearer token from the token service in the
 * challenge, requested with OAuth 2.0's password grant first, then with GET and Basic.
 * @param credential undefined for an anonymous token
 * @throws {RegistryRefusal} @throws {NotSent} @throws {CredentialError} if there is no response
 */
export async function authorize(
  challenges: readonly Challenge[],
  credential: RegistryCredential | undefined,
  scope: AuthorizationScope,
  http: HttpClient,
): Promise<Authorization | undefined> {
  const bearer = challenges.find(
    ({ scheme, parameters }) => scheme === "bearer" && parameters["realm"] !== undefined,
  );
  if (bearer !== undefined) return tokenFor(bearer, credential, scope, http);
  if (challenges.some(({ scheme }) => scheme === "basic")) {
    return credential === undefined ? undefined : { header: basic(credential), how: "Basic" };
  }
  const schemes = challenges.map(({ scheme }) => scheme).join(", ");
  throw new RegistryRefusal(
    `the registry requires ${schemes || "no known scheme"}; container runtimes support Basic and Bearer`,
    401,
    "check what responds as the registry: there may be a proxy or portal in front of it",
  );
}

function basic({ username, password }: RegistryCredential): Secret {
  const bytes = new TextEncoder().encode(`${username}:${password.reveal()}`);
  return new Secret(`Basic ${base64(bytes)}`);
}

async function tokenFor(
  { parameters }: Challenge,
  credential: RegistryCredential | undefined,
  { registry, repository, tokenHosts }: AuthorizationScope,
  http: HttpClient,
): Promise<Authorization> {
  const realm = realmUrl(parameters["realm"] ?? "");
  const problem = credential === undefined ? undefined : tokenHostProblem(registry, realm, tokenHosts);
  if (problem !== undefined) {
    throw new NotSent(`the registry requests the credential for ${realm.origin}, but ${problem}`, realm.host);
  }
  const query = new URLSearchParams();
  if (parameters["service"] !== undefined) query.set("service", parameters["service"]);
  query.set("scope", `repository:${repository}:pull`);
  if (credential !== undefined && !credential.password.isEmpty) {
    const response = await post(realm.href, query, credential, http);
    if (response.status === 200) return authorization(response, realm, "POST");
    if (!WITHOUT_POST.has(response.status)) throw refusal(response, realm);
  }
  const url = new URL(realm);
  for (const [name, value] of query) url.searchParams.append(name, value);
  const response = await http.cloud({
    service: "the registry's token service",
    operation: "token",
    method: "GET",
    url: url.href,
    attempts: 1,
    ...(credential === undefined ? {} : { headers: { authorization: basic(credential).reveal() } }),
  });
  if (response.status !== 200) throw refusal(response, realm);
  return authorization(response, realm, "GET");
}

async function post(
  realm: string,
  query: URLSearchParams,
  { username, password }: RegistryCredential,
  http: HttpClient,
): Promise<TransportResponse> {
  const form = new URLSearchParams(query);
  form.set("client_id", CLIENT_ID);
  if (username === "") {
    form.set("grant_type", "refresh_token");
    form.set("refresh_token", password.reveal());
  } else {
    form.set("grant_type", "password");
    form.set("username", username);
    form.set("password", password.reveal());
  }
  return http.cloud({
    service: "the registry's token service",
    operation: "token",
    method: "POST",
    url: realm,
    attempts: 1,
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: form.toString(),
  });
}

function realmUrl(realm: string): URL {
  if (URL.canParse(realm) && /^https?:$/.test(new URL(realm).protocol)) return new URL(realm);
  throw new CredentialError({
    action: "requesting a token from the registry's token service",
    reason: `the registry names ${JSON.stringify(realm)}, which is not a URL`,
    advice: "check what responds as the registry",
  });
}

function authorization(response: TransportResponse, realm: URL, method: string): Authorization {
  let token: unknown;
  try {
    const body = JSON.parse(new TextDecoder().decode(response.body)) as Record<string, unknown>;
    token = body["access_token"] ?? body["token"];
  } catch {
    token = undefined;
  }
  if (typeof token !== "string" || token === "") {
    throw new RegistryRefusal(
      `${realm.host} responded with 200 without a token`,
      response.status,
      `check what responds at ${realm.origin}: it is not a registry's token service`,
    );
  }
  return {
    header: new Secret(`Bearer ${token}`),
    how: `Bearer token from ${realm.origin}${realm.pathname} (${method})`,
  };
}

function refusal(response: TransportResponse, realm: URL): RegistryRefusal {
  const { status } = response;
  const fix =
    status === 429
      ? "wait: the token service limits this client's requests"
      : status >= 500
        ? "try again later: the token service has a problem"
        : "the credential is for another registry, account or cloud, or its identity may not pull here";
  return new RegistryRefusal(`${realm.host} responded with ${status}${errorsOf(response)}`, status, fix);
}
