import type { Clock, HttpClient, HttpRequest, Secret, TransportResponse } from "@imagecred/protocol";
import {
  type AuthorizationScope,
  authorize,
  NotSent,
  type RegistryCredential,
  RegistryRefusal,
} from "./authorize.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import { errorsOf } from "./errors-of.ts";

export interface ProbeTarget {
  /** `host[:port]` that the requests are sent to. */
  readonly host: string;
  /** Repository within the registry, without the host. */
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
  /** URL of the manifest there, if the container runtime's configuration sets another one. */
  readonly url?: string;
  /** Hosts (`host[:port]`) besides the registry that may get the credential, named by the operator. */
  readonly tokenHosts?: readonly string[];
}

/** One request to the registry or its token service. */
export interface ProbeStep {
  readonly what: string;
  readonly url: string;
  readonly status: number | null;
  /** Milliseconds. */
  readonly ms: number;
  /** Whether a pull would continue after this step. */
  readonly ok: boolean;
  readonly message: string;
  /** The advice if it would not. */
  readonly fix?: string;
}

/**
 * `pulls`: the registry returned the manifest. `refused`: it did not. `not-sent`: the credential was not sent, so the result
 * is not known.
 */
export type ProbeOutcome = "pulls" | "refused" | "not-sent";

export interface Probe {
  readonly outcome: ProbeOutcome;
  readonly steps: readonly ProbeStep[];
  /** Whether the registry got the credential, or a token for it. */
  readonly credentialUsed: boolean;
  /** Milliseconds by which the registry's clock is ahead of ours; undefined if it sent no date. */
  readonly clockSkewMs: number | undefined;
  readonly digest: string | undefined;
}

/** The manifest types that containerd accepts (core/remotes/docker/resolver.go). */
const MANIFEST_TYPES = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "*/*",
].join(", ");

const TIMEOUT_MS = 15_000;
/** The limit of Go's HTTP client, which containerd and CRI-O use. */
const MOST_REDIRECTS = 10;

/**
 * Requests an image's manifest as a container runtime does: HEAD without a credential, HEAD with the response to its
 * challenge, and GET after an error, whose body has the reason. Does not request layers.
 * @throws {CredentialError} if the registry cannot be reached
 */
export async function probeRegistry(
  target: ProbeTarget,
  credential: RegistryCredential | undefined,
  http: HttpClient,
  clock: Clock,
): Promise<Probe> {
  // Docker Hub's registry has another host name than its images.
  const host = target.host === "docker.io" ? "registry-1.docker.io" : target.host;
  const url = target.url ?? `https://${host}/v2/${target.repository}/manifests/${target.reference}`;
  const steps: ProbeStep[] = [];
  let clockSkewMs: number | undefined;
  const request = async (what: string, method: "HEAD" | "GET", authorization: Secret | undefined) => {
    const started = clock.now();
    const { response, last } = await follow(http, host, url, what, method, authorization);
    clockSkewMs ??= clockSkew(response, clock.now());
    return { response, last, ms: clock.now() - started };
  };
  const probe = (outcome: ProbeOutcome, credentialUsed: boolean, digest?: string): Probe => ({
    outcome,
    steps,
    credentialUsed,
    clockSkewMs,
    digest,
  });

  const first = await request("HEAD manifest", "HEAD", undefined);
  let header: Secret | undefined;
  if (first.response.status === 401) {
    const challenges = parseChallenges(first.response.headers["www-authenticate"] ?? "");
    steps.push({
      what: "HEAD manifest",
      url,
      status: 401,
      ms: first.ms,
      ok: true,
      message: required(challenges),
    });
    const scope = { registry: host, repository: target.repository, tokenHosts: target.tokenHosts ?? [] };
    const authorized = await authorizeWith(challenges, credential, scope, http, clock, steps);
    if (!("header" in authorized)) return probe(authorized.outcome, false);
    header = authorized.header;
  }
  const used = header !== undefined && credential !== undefined;
  const head = header === undefined ? first : await request("HEAD manifest", "HEAD", header);
  const what = used ? "manifest with the credential" : "manifest";
  if (isManifest(head.response)) {
    const digest = head.response.headers["docker-content-digest"];
    const { status } = head.response;
    steps.push({ what: `HEAD ${what}`, url, status, ms: head.ms, ok: true, message: digest ?? "found" });
    return probe("pulls", used, digest);
  }
  // The reason is in the body of the error response, which HEAD does not have. Some registries do not support HEAD.
  const get = await request("GET manifest", "GET", header);
  const ok = isManifest(get.response);
  const verdict = manifestVerdict(get.response, get.last, target, used);
  steps.push({ what: `GET ${what}`, url, status: get.response.status, ms: get.ms, ok, ...verdict });
  return ok ? probe("pulls", used, get.response.headers["docker-content-digest"]) : probe("refused", used);
}

/** The header for the challenges, or the outcome without one; adds its step. */
async function authorizeWith(
  challenges: readonly Challenge[],
  credential: RegistryCredential | undefined,
  scope: AuthorizationScope,
  http: HttpClient,
  clock: Clock,
  steps: ProbeStep[],
): Promise<{ readonly header: Secret } | { readonly outcome: "refused" | "not-sent" }> {
  const started = clock.now();
  const push = (status: number | null, ok: boolean, message: string, fix?: string) =>
    steps.push({
      what: "token",
      url: scope.registry,
      status,
      ms: clock.now() - started,
      ok,
      message,
      ...(fix === undefined ? {} : { fix }),
    });
  try {
    const authorization = await authorize(challenges, credential, scope, http);
    if (authorization === undefined) {
      push(
        null,
        false,
        "there is no credential to send",
        "this registry requires a credential, and no plugin returns one for it",
      );
      return { outcome: "refused" };
    }
    if (authorization.how !== "Basic") push(null, true, authorization.how);
    return authorization;
  } catch (error) {
    if (error instanceof NotSent) {
      push(
        null,
        false,
        error.message,
        `a container runtime would send it; if ${error.host} belongs to the registry's owner, run again with --token-host ${error.host}`,
      );
      return { outcome: "not-sent" };
    }
    if (!(error instanceof RegistryRefusal)) throw error;
    push(error.status, false, error.message, error.fix);
    return { outcome: "refused" };
  }
}

/** One request and the redirects after it. The credential is not sent to other hosts. */
async function follow(
  http: HttpClient,
  host: string,
  url: string,
  what: string,
  method: HttpRequest["method"],
  authorization: Secret | undefined,
): Promise<{ readonly response: TransportResponse; readonly last: string }> {
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const own = new URL(at).host === new URL(url).host;
    const response = await http.cloud({
      service: own ? host : new URL(at).host,
      operation: what,
      method,
      url: at,
      headers: {
        accept: MANIFEST_TYPES,
        ...(own && authorization !== undefined ? { authorization: authorization.reveal() } : {}),
      },
      attempts: 2,
      timeoutMs: TIMEOUT_MS,
    });
    const location = response.headers["location"];
    const redirected = [301, 302, 303, 307, 308].includes(response.status) && location !== undefined;
    if (!redirected || redirects === MOST_REDIRECTS || !URL.canParse(location, at)) {
      return { response, last: at };
    }
    at = new URL(location, at).href;
  }
}

/** Whether a response is a manifest, by its type or digest: a sign-in portal responds with 200 to every request. */
function isManifest({ status, headers }: TransportResponse): boolean {
  if (status !== 200) return false;
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  return (
    headers["docker-content-digest"] !== undefined ||
    /^application\/(?:vnd\.(?:oci|docker)\..*|json)$/.test(type)
  );
}

function required(challenges: readonly Challenge[]): string {
  return `requires ${challenges.map(({ scheme }) => scheme).join(" or ") || "authentication of an unknown kind"}`;
}

function manifestVerdict(
  response: TransportResponse,
  last: string,
  { host, repository, reference }: ProbeTarget,
  used: boolean,
): { readonly message: string; readonly fix?: string } {
  const { status } = response;
  const name = `${repository}${reference.includes(":") ? "@" : ":"}${reference}`;
  const at = new URL(last).host;
  const prefix = at === host || at === "registry-1.docker.io" ? "" : `${at}: `;
  const errors = errorsOf(response);
  const verdict = VERDICTS[status];
  if (verdict !== undefined) {
    const { message, fix } = verdict(name, used);
    return { message: `${prefix}${message}${errors}`, fix };
  }
  if (status === 200) {
    if (isManifest(response)) return { message: response.headers["docker-content-digest"] ?? "found" };
    const type = response.headers["content-type"] ?? "no content type";
    return {
      message: `${prefix}responds with 200, ${type} and no digest: not a registry`,
      fix: `check what responds at ${at}: a sign-in page, a proxy, or a wrong name in DNS`,
    };
  }
  return status >= 500
    ? { message: `${prefix}status ${status}${errors}`, fix: `try again later: ${at} has a problem` }
    : { message: `${prefix}status ${status}${errors}`, fix: `check what responds at ${at}` };
}

const VERDICTS: Readonly<
  Record<number, (name: string, used: boolean) => { readonly message: string; readonly fix: string }>
> = {
  401: (_, used) => ({
    message: used
      ? "the registry does not accept the credential for this repository"
      : "the registry requires a credential",
    fix: used
      ? "the credential is for another registry, account or cloud, or its identity may not pull from this repository"
      : "this registry requires a credential, and no plugin returns one for it",
  }),
  403: () => ({
    message: "the registry accepts the credential, but it may not pull from this repository",
    fix: "give the identity that the plugin used permission to pull from this repository",
  }),
  404: (name) => ({
    message: `${name} does not exist, or this credential may not see it`,
    fix: "check the spelling of repository and tag; some registries respond with 404 if a permission is missing",
  }),
  429: () => ({
    message: "too many requests: the registry limits this client's requests",
    fix: "wait, or use a mirror or pull-through cache",
  }),
};

function clockSkew(response: TransportResponse, now: number): number | undefined {
  const date = Date.parse(response.headers["date"] ?? "");
  return Number.isNaN(date) ? undefined : date - now;
}
