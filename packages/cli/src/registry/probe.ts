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
  /** host[:port] that the requests go to. */
  readonly host: string;
  /** Repository within the registry, without the host. */
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
  /** URL of the manifest there, where the container runtime's configuration has one of its own. */
  readonly url?: string;
  /** Hosts[:port] besides the registry that may get the credential, because the operator named them. */
  readonly tokenHosts?: readonly string[];
}

/** One question to the registry. */
export interface ProbeStep {
  readonly what: string;
  readonly url: string;
  readonly status: number | null;
  /** Milliseconds. */
  readonly ms: number;
  /** Whether the pull can go on from here. */
  readonly ok: boolean;
  readonly message: string;
  /** What to do where it cannot. */
  readonly fix?: string;
}

/**
 * `pulls`: the manifest is there for this credential. `refused`: not. `not-sent`: the credential was kept back, so that
 * nothing is known.
 */
export type ProbeOutcome = "pulls" | "refused" | "not-sent";

export interface Probe {
  readonly outcome: ProbeOutcome;
  readonly steps: readonly ProbeStep[];
  /** Whether the registry got the credential, or a token for it. */
  readonly credentialUsed: boolean;
  /** Milliseconds by which the registry's clock is ahead of ours; undefined where it sent no date. */
  readonly clockSkewMs: number | undefined;
  readonly digest: string | undefined;
}

/** What containerd accepts (core/remotes/docker/resolver.go). */
const MANIFEST_TYPES = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "*/*",
].join(", ");

const TIMEOUT_MS = 15_000;
/** As Go's HTTP client, which both containerd and CRI-O use. */
const MOST_REDIRECTS = 10;

/**
 * Asks a registry for an image's manifest as a container runtime does: HEAD without a credential; the answer to the
 * challenge of that very request; HEAD with it; and GET after a refusal, whose body says why. The image's layers are not
 * asked for.
 * @throws {CredentialError} when the registry cannot be reached
 */
export async function probeRegistry(
  target: ProbeTarget,
  credential: RegistryCredential | undefined,
  http: HttpClient,
  clock: Clock,
): Promise<Probe> {
  // Docker Hub's registry has another name than its images.
  const host = target.host === "docker.io" ? "registry-1.docker.io" : target.host;
  const url = target.url ?? `https://${host}/v2/${target.repository}/manifests/${target.reference}`;
  const steps: ProbeStep[] = [];
  let clockSkewMs: number | undefined;
  const ask = async (what: string, method: "HEAD" | "GET", authorization: Secret | undefined) => {
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

  const first = await ask("HEAD manifest", "HEAD", undefined);
  let header: Secret | undefined;
  if (first.response.status === 401) {
    const challenges = parseChallenges(first.response.headers["www-authenticate"] ?? "");
    steps.push({
      what: "HEAD manifest",
      url,
      status: 401,
      ms: first.ms,
      ok: true,
      message: wants(challenges),
    });
    const scope = { registry: host, repository: target.repository, tokenHosts: target.tokenHosts ?? [] };
    const answered = await answer(challenges, credential, scope, http, clock, steps);
    if (!("header" in answered)) return probe(answered.outcome, false);
    header = answered.header;
  }
  const used = header !== undefined && credential !== undefined;
  const asked = header === undefined ? first : await ask("HEAD manifest", "HEAD", header);
  const what = used ? "manifest with the credential" : "manifest";
  if (isManifest(asked.response)) {
    const digest = asked.response.headers["docker-content-digest"];
    const { status } = asked.response;
    steps.push({ what: `HEAD ${what}`, url, status, ms: asked.ms, ok: true, message: digest ?? "there" });
    return probe("pulls", used, digest);
  }
  // The body of a refusal says what is missing, and HEAD has none. Some registries do not know HEAD at all.
  const got = await ask("GET manifest", "GET", header);
  const ok = isManifest(got.response);
  const verdict = manifestVerdict(got.response, got.last, target, used);
  steps.push({ what: `GET ${what}`, url, status: got.response.status, ms: got.ms, ok, ...verdict });
  return ok ? probe("pulls", used, got.response.headers["docker-content-digest"]) : probe("refused", used);
}

/** The header that answers the challenges, or how it ended; each with its step. */
async function answer(
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
        "this registry wants a credential, and no plugin gives one for it",
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
        `a container runtime would send it; if ${error.host} belongs to the registry's owner, repeat with --token-host ${error.host}`,
      );
      return { outcome: "not-sent" };
    }
    if (!(error instanceof RegistryRefusal)) throw error;
    push(error.status, false, error.message, error.fix);
    return { outcome: "refused" };
  }
}

/** One request and the redirects after it. The credential stays with the registry: another host gets none. */
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

/** A portal answers 200 to everything; a registry says what kind of manifest it is, or its digest. */
function isManifest({ status, headers }: TransportResponse): boolean {
  if (status !== 200) return false;
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  return (
    headers["docker-content-digest"] !== undefined ||
    /^application\/(?:vnd\.(?:oci|docker)\..*|json)$/.test(type)
  );
}

function wants(challenges: readonly Challenge[]): string {
  return `wants ${challenges.map(({ scheme }) => scheme).join(" or ") || "something it does not name"}`;
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
  const who = at === host || at === "registry-1.docker.io" ? "" : `${at}: `;
  const said = errorsOf(response);
  const verdict = VERDICTS[status];
  if (verdict !== undefined) {
    const { message, fix } = verdict(name, used);
    return { message: `${who}${message}${said}`, fix };
  }
  if (status === 200) {
    if (isManifest(response)) return { message: response.headers["docker-content-digest"] ?? "there" };
    const type = response.headers["content-type"] ?? "no content type";
    return {
      message: `${who}it answers 200 with ${type} and no digest: not a registry`,
      fix: `check what answers at ${at}: a sign-in page, a proxy, or a wrong name in DNS`,
    };
  }
  return status >= 500
    ? { message: `${who}status ${status}${said}`, fix: `try again later: ${at} has a problem` }
    : { message: `${who}status ${status}${said}`, fix: `check what answers at ${at}` };
}

const VERDICTS: Readonly<
  Record<number, (name: string, used: boolean) => { readonly message: string; readonly fix: string }>
> = {
  401: (_, used) => ({
    message: used
      ? "the registry does not accept the credential for this repository"
      : "the registry wants a credential",
    fix: used
      ? "the credential is for another registry, account or cloud, or its identity may not pull from this repository"
      : "this registry wants a credential, and no plugin gives one for it",
  }),
  403: () => ({
    message: "the registry knows the credential, and it may not pull from this repository",
    fix: "give the identity that the plugin used the right to pull from this repository",
  }),
  404: (name) => ({
    message: `there is no ${name}, or this credential may not see it`,
    fix: "check the repository's and the tag's spelling; some registries answer 404 where a right is missing",
  }),
  429: () => ({
    message: "too many requests: the registry limits this client",
    fix: "wait, or use a mirror or pull-through cache",
  }),
};

function clockSkew(response: TransportResponse, now: number): number | undefined {
  const date = Date.parse(response.headers["date"] ?? "");
  return Number.isNaN(date) ? undefined : date - now;
}
