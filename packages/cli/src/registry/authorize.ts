import { CredentialError, type HttpClient, Secret, type TransportResponse } from "@imagecred/protocol";
import type { Challenge } from "./challenge.ts";

export interface RegistryCredential {
  readonly username: string;
  readonly password: Secret;
}

/** A header that stands for a credential, and how it was come by. */
export interface Authorization {
  readonly header: Secret;
  /** For a person: "Basic", "Bearer from https://... (POST)". */
  readonly how: string;
}

/** The registry, or what hands out its tokens, does not take the credential. */
export class RegistryRefusal extends Error {
  override readonly name = "RegistryRefusal";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const CLIENT_ID = "containerd-client";
/**
 * Statuses after which containerd asks the token service with GET and Basic instead: services without POST answer 404,
 * Artifactory 401, ACR 400, and 405 is what the standard says (containerd, core/remotes/docker/authorizer.go).
 */
const WITHOUT_POST = new Set([400, 401, 404, 405]);

/**
 * Answers a registry's challenge with a credential as containerd does: Basic as it is; Bearer by the token service that the
 * challenge names, OAuth 2.0's password grant first, then GET with Basic.
 * @param credential undefined for an anonymous token
 * @throws {RegistryRefusal} @throws {CredentialError} when no answer came
 */
export async function authorize(
  challenges: readonly Challenge[],
  credential: RegistryCredential | undefined,
  repository: string,
  http: HttpClient,
): Promise<Authorization | undefined> {
  const bearer = challenges.find(
    ({ scheme, parameters }) => scheme === "bearer" && parameters["realm"] !== undefined,
  );
  if (bearer !== undefined) return tokenFor(bearer, credential, repository, http);
  if (challenges.some(({ scheme }) => scheme === "basic")) {
    return credential === undefined ? undefined : { header: basic(credential), how: "Basic" };
  }
  throw new RegistryRefusal(
    `the registry asks for ${challenges.map(({ scheme }) => scheme).join(", ") || "nothing"}; container runtimes know Basic and Bearer`,
    401,
  );
}

function basic({ username, password }: RegistryCredential): Secret {
  const bytes = new TextEncoder().encode(`${username}:${password.reveal()}`);
  return new Secret(`Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`);
}

async function tokenFor(
  { parameters }: Challenge,
  credential: RegistryCredential | undefined,
  repository: string,
  http: HttpClient,
): Promise<Authorization> {
  const realm = checkedRealm(parameters["realm"] ?? "");
  const query = new URLSearchParams();
  if (parameters["service"] !== undefined) query.set("service", parameters["service"]);
  query.set("scope", `repository:${repository}:pull`);
  if (credential !== undefined && !credential.password.isEmpty) {
    const answer = await post(realm, query, credential, http);
    if (answer.status === 200) return authorization(answer, realm, "POST");
    if (!WITHOUT_POST.has(answer.status)) throw refusal(answer, realm);
  }
  const url = new URL(realm);
  for (const [name, value] of query) url.searchParams.append(name, value);
  const answer = await http.cloud({
    service: "the registry's token service",
    operation: "token",
    method: "GET",
    url: url.href,
    attempts: 1,
    ...(credential === undefined ? {} : { headers: { authorization: basic(credential).reveal() } }),
  });
  if (answer.status !== 200) throw refusal(answer, realm);
  return authorization(answer, realm, "GET");
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

/** A credential only goes where TLS protects it. */
function checkedRealm(realm: string): string {
  if (URL.canParse(realm) && /^https?:$/.test(new URL(realm).protocol)) return realm;
  throw new CredentialError({
    action: "asking the registry's token service",
    reason: `the registry names ${JSON.stringify(realm)}, which is no URL`,
    advice: "check what answers as the registry",
  });
}

function authorization(answer: TransportResponse, realm: string, method: string): Authorization {
  let token: unknown;
  try {
    const body = JSON.parse(new TextDecoder().decode(answer.body)) as Record<string, unknown>;
    token = body["access_token"] ?? body["token"];
  } catch {
    token = undefined;
  }
  if (typeof token !== "string" || token === "") {
    throw new RegistryRefusal(`${new URL(realm).host} answered 200 without a token`, answer.status);
  }
  return { header: new Secret(`Bearer ${token}`), how: `Bearer token from ${realm} (${method})` };
}

function refusal(answer: TransportResponse, realm: string): RegistryRefusal {
  return new RegistryRefusal(
    `${new URL(realm).host} answered ${answer.status}${errorsOf(answer)}`,
    answer.status,
  );
}

/** What a registry says in its error body (OCI distribution specification, "Error Codes"); empty where it says nothing. */
export function errorsOf(answer: TransportResponse): string {
  try {
    const body = JSON.parse(new TextDecoder().decode(answer.body)) as Record<string, unknown>;
    const errors = Array.isArray(body["errors"]) ? (body["errors"] as Record<string, unknown>[]) : [];
    const texts = errors.map(({ code, message }) =>
      [code, message].filter((one) => typeof one === "string").join(" "),
    );
    if (texts.length > 0) return ` (${texts.join("; ").slice(0, 300)})`;
    const oauth = [body["error"], body["error_description"]]
      .filter((one) => typeof one === "string")
      .join(" ");
    return oauth === "" ? "" : ` (${oauth.slice(0, 300)})`;
  } catch {
    return "";
  }
}
