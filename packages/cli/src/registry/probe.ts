import type { Clock, HttpClient, HttpRequest, Secret, TransportResponse } from "@imagecred/protocol";
import { authorize, errorsOf, type RegistryCredential, RegistryRefusal } from "./authorize.ts";
import { parseChallenges } from "./challenge.ts";

export interface ProbeTarget {
  /** host[:port] as in image names. */
  readonly host: string;
  /** Repository within the registry, without the host. */
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
}

/** One question to the registry. */
export interface ProbeStep {
  readonly what: string;
  readonly url: string;
  readonly status: number | null;
  readonly ms: number;
  /** Whether the pull can go on from here. */
  readonly ok: boolean;
  readonly message: string;
}

export interface Probe {
  readonly steps: readonly ProbeStep[];
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

/**
 * Asks a registry what a container runtime would ask, up to the manifest and not for the image itself.
 * @throws {CredentialError} when it cannot be reached
 */
export async function probeRegistry(
  target: ProbeTarget,
  credential: RegistryCredential | undefined,
  http: HttpClient,
  clock: Clock,
): Promise<Probe> {
  // Docker Hub's registry has another name than its images.
  const host = target.host === "docker.io" ? "registry-1.docker.io" : target.host;
  const base = `https://${host}/v2/`;
  const steps: ProbeStep[] = [];
  const ask = async (
    what: string,
    method: HttpRequest["method"],
    url: string,
    headers: Record<string, string>,
  ) => {
    const started = clock.now();
    const answer = await http.cloud({
      service: host,
      operation: what,
      method,
      url,
      headers,
      attempts: 2,
      timeoutMs: TIMEOUT_MS,
    });
    return { answer, ms: clock.now() - started };
  };

  const first = await ask("GET /v2/", "GET", base, {});
  const skew = clockSkew(first.answer, clock.now());
  const probe = (digest?: string): Probe => ({ steps, clockSkewMs: skew, digest });
  const challenges = parseChallenges(first.answer.headers["www-authenticate"] ?? "");
  steps.push({
    what: "GET /v2/",
    url: base,
    status: first.answer.status,
    ms: first.ms,
    ok: first.answer.status === 200 || first.answer.status === 401,
    message: greeting(
      first.answer,
      challenges.map(({ scheme }) => scheme),
    ),
  });
  if (first.answer.status !== 200 && first.answer.status !== 401) return probe();

  let header: Secret | undefined;
  if (first.answer.status === 401) {
    const started = clock.now();
    try {
      const authorization = await authorize(challenges, credential, target.repository, http);
      header = authorization?.header;
      const message = authorization?.how ?? "no credential to answer with";
      if (authorization?.how !== "Basic")
        steps.push({
          what: "token",
          url: base,
          status: null,
          ms: clock.now() - started,
          ok: header !== undefined,
          message,
        });
    } catch (error) {
      if (!(error instanceof RegistryRefusal)) throw error;
      steps.push({
        what: "token",
        url: base,
        status: error.status,
        ms: clock.now() - started,
        ok: false,
        message: error.message,
      });
      return probe();
    }
    if (header === undefined) return probe();
    const again = await ask("GET /v2/ with the credential", "GET", base, { authorization: header.reveal() });
    const ok = again.answer.status === 200;
    steps.push({
      what: "GET /v2/ with the credential",
      url: base,
      status: again.answer.status,
      ms: again.ms,
      ok,
      message: ok ? "the credential is good" : `refused${errorsOf(again.answer)}`,
    });
    // A token for one repository may be refused for the whole registry and yet be good for the manifest.
    if (!ok && again.answer.status !== 401 && again.answer.status !== 403) return probe();
  }

  const url = `${base}${target.repository}/manifests/${target.reference}`;
  const manifest = await ask("HEAD manifest", "HEAD", url, {
    accept: MANIFEST_TYPES,
    ...(header === undefined ? {} : { authorization: header.reveal() }),
  });
  const { status, headers } = manifest.answer;
  const ok = status === 200 || (status >= 300 && status < 400);
  steps.push({
    what: "HEAD manifest",
    url,
    status,
    ms: manifest.ms,
    ok,
    message: manifestVerdict(status, headers, target),
  });
  return probe(ok ? headers["docker-content-digest"] : undefined);
}

function greeting(answer: TransportResponse, schemes: readonly string[]): string {
  if (answer.status === 200) return "open to everybody";
  if (answer.status === 401) return `wants ${schemes.join(" or ") || "something it does not name"}`;
  if (answer.status === 404) return "there is no registry at this address";
  return `no answer of a registry${errorsOf(answer)}`;
}

function manifestVerdict(
  status: number,
  headers: Readonly<Record<string, string>>,
  target: ProbeTarget,
): string {
  const name = `${target.repository}:${target.reference}`;
  switch (status) {
    case 200:
      return headers["docker-content-digest"] ?? "there";
    case 401:
      return "the registry does not take the credential for this repository";
    case 403:
      return "the credential is known and may not pull from this repository";
    case 404:
      return `the credential is good, and there is no ${name} (or it may not be seen)`;
    case 429:
      return "too many requests: the registry limits this client";
    default:
      return status >= 300 && status < 400
        ? `redirects to ${headers["location"] ?? "elsewhere"}`
        : `status ${status}`;
  }
}

function clockSkew(answer: TransportResponse, now: number): number | undefined {
  const date = Date.parse(answer.headers["date"] ?? "");
  return Number.isNaN(date) ? undefined : date - now;
}
