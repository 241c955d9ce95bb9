import type { Core } from "../core/core.ts";
import { formOf, json, type Received, type Reply } from "../core/exchange.ts";
import type { TlsService } from "../core/service.ts";
import { oauthError } from "./errors.ts";
import { checkSubject, type PoolProvider } from "./pools.ts";
import { principalsOf } from "./principals.ts";
import type { AskSts } from "./subject.ts";
import type { Tokens } from "./tokens.ts";
import { PUBLIC, type Universe, universeOfEndpoint } from "./universes.ts";

export interface StsParts {
  readonly core: Core;
  readonly tokens: Tokens;
  /** By audience. */
  readonly providers: ReadonlyMap<string, PoolProvider>;
  readonly askSts: AskSts;
  readonly projectNumber: string;
}

const LIFE_SECONDS = 3600;

/** Google's Security Token Service (https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token). */
export function stsService(parts: StsParts): TlsService {
  return {
    name: "google.sts",
    about: "Google Security Token Service",
    example: `sts.${PUBLIC.domain}`,
    hosts: (host) => universeOfHost(host) !== undefined,
    clientCertificates: true,
    operation: ({ path }) => (path === "/v1/token" ? "Token" : "Unknown"),
    handle: (request) => answer(parts, request),
  };
}

async function answer(parts: StsParts, request: Received): Promise<Reply> {
  if (request.path !== "/v1/token" || request.method !== "POST")
    return oauthError(404, "not_found", "no such endpoint");
  const field = fieldsOf(request);
  const invalid = problemOf(field);
  if (invalid !== undefined) return oauthError(400, "invalid_request", invalid);
  const audience = field("audience");
  const provider = parts.providers.get(audience);
  if (provider === undefined) {
    return oauthError(
      400,
      "invalid_target",
      'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
    );
  }
  const { core, tokens, askSts, projectNumber } = parts;
  const token = {
    token: field("subject_token"),
    type: field("subject_token_type"),
    audience,
    clientCertificate: request.clientCertificate,
  };
  const subject = await checkSubject(provider, token, core, askSts);
  if ("problem" in subject)
    return oauthError(
      subject.error === undefined ? 400 : 401,
      subject.error ?? "invalid_grant",
      subject.problem,
    );
  const now = core.clock();
  const expiresAt = Math.min(subject.expiresAt, now + LIFE_SECONDS * 1000);
  const [principal, ...sets] = principalsOf(audience, projectNumber, subject.mapped);
  const access_token = tokens.issue({
    principal,
    sets,
    scopes: field("scope").split(" "),
    expiresAt,
    universe: universeOfHost(request.host)?.domain ?? PUBLIC.domain,
  });
  return json(200, {
    access_token,
    issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
    token_type: "Bearer",
    expires_in: Math.floor((expiresAt - now) / 1000),
  });
}

/** Form (RFC 8693) and JSON (the API's own) are both accepted, with the field names of either. */
function fieldsOf(request: Received): (name: string) => string {
  const form = formOf(request);
  if (form !== undefined) return (name) => form.get(name) ?? "";
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(request.body.toString("utf8"));
  } catch {
    // Treated as a request without fields.
  }
  return (name) => {
    const value = body[name] ?? body[name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())];
    return typeof value === "string" ? value : "";
  };
}

function problemOf(field: (name: string) => string): string | undefined {
  if (field("grant_type") !== "urn:ietf:params:oauth:grant-type:token-exchange") return "Invalid grant_type.";
  if (field("requested_token_type") !== "urn:ietf:params:oauth:token-type:access_token") {
    return "Invalid requested_token_type.";
  }
  const missing = ["audience", "subject_token", "subject_token_type", "scope"].find(
    (name) => field(name) === "",
  );
  return missing === undefined ? undefined : `Missing required field: ${missing}.`;
}

/** The universe of an STS host; the host for mutual TLS has its own label. */
function universeOfHost(host: string): Universe | undefined {
  return universeOfEndpoint(host.replace(/^sts\.mtls\./, "sts."), "sts");
}
