import type { CredentialProvider, ImageName, TriedCredential } from "@imagecred/kubelet";
import { type EndpointTls, manifestUrl, type Route, type TrustedAuthorities } from "@imagecred/node";
import {
  CredentialError,
  createHttpClient,
  Deadline,
  type HttpClient,
  OptionsError,
  TransportError,
  VERSION,
} from "@imagecred/protocol";
import { proxyFor } from "@imagecred/protocol/proxy";
import { formatLifetime } from "../../output/duration.ts";
import { pluginByName } from "../../plugins/known-plugins.ts";
import { type Destination, destinationOf, mayReceive } from "../../registry/destination.ts";
import { type Probe, type ProbeStep, probeRegistry } from "../../registry/probe.ts";
import type { Platform } from "../../runtime/types.ts";
import { type Detail, detail, type Step, step } from "./steps.ts";

const TOTAL_MS = 45_000;
/** Larger differences get a warning. AWS rejects signatures if the clock is off by 5 minutes (some services: 15). */
const SKEW_MS = 60_000;

export interface RegistryQuestion {
  readonly image: ImageName;
  /** In the order in which the kubelet tries them. */
  readonly credentials: readonly TriedCredential[];
  readonly providers: readonly CredentialProvider[];
  /** Environment of the container runtime, else of the kubelet or this shell: proxies and certificate authorities. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hosts (`host[:port]`) besides the registry that may get the credential. */
  readonly tokenHosts: readonly string[];
  /** The endpoints from which the container runtime pulls the image; undefined if they are not known. */
  readonly route: Route | undefined;
  /**
   * The certificate authorities that the container runtime trusts, with those configured for an endpoint added; undefined
   * for those that this process trusts.
   */
  readonly trust: ((caFiles: readonly string[]) => TrustedAuthorities) | undefined;
}

/**
 * Tries the credentials at the registry, in the kubelet's order, until one works. Uses the container runtime's endpoints
 * if they are known, else the image's own registry.
 */
export async function registrySteps(
  question: RegistryQuestion,
  platform: Pick<Platform, "transport" | "clock">,
): Promise<readonly Step[]> {
  const { image, credentials, route } = question;
  if (route?.blocked !== undefined) {
    return [
      step("registry", {
        status: "failed",
        message: `${route.runtime} pulls nothing here: ${route.blocked}`,
      }),
    ];
  }
  const http = httpClient(question.env, platform);
  const notContacted: Detail[] = (route?.unseen ?? []).map((one) => detail(one, "warning"));
  let last: readonly Step[] = [];
  for (const place of placesOf(question)) {
    const entitled = credentials.filter((credential) =>
      mayReceive(destinationFor(credential, question), place.host, image),
    );
    // Without any credential the runtime sends an anonymous request, and so do we. With credentials for another host it
    // would send those, and this host's response to an anonymous request would not show whether they work.
    if (!place.encrypted || (credentials.length > 0 && entitled.length === 0)) {
      const why = place.encrypted ? "the credential is not for it" : "it is not encrypted";
      notContacted.push(detail(`${place.host} is not contacted: ${why}${place.from}`, "skipped"));
      continue;
    }
    const trusted = question.trust?.(place.tls?.caFiles ?? []);
    notContacted.push(...(trusted?.problems ?? []).map((problem) => detail(problem, "warning")));
    last = await probeAt(place, entitled, question, withAuthorities(http, trusted?.pem), platform);
    if (last.some(({ name, status }) => name === "manifest" && status === "ok")) break;
  }
  if (last.length > 0) return withDetails(last, notContacted);
  const [first] = credentials;
  return first === undefined ? [] : [withheld(destinationFor(first, question), question, notContacted)];
}

/** An endpoint from which the container runtime pulls the image. */
interface Place {
  readonly host: string;
  readonly repository: string;
  readonly url?: string;
  readonly encrypted: boolean;
  /** How the container runtime checks its certificate. */
  readonly tls?: EndpointTls;
  /** The configuration that names it, in parentheses, to append to a message. */
  readonly from: string;
}

function placesOf({ image, route }: RegistryQuestion): readonly Place[] {
  const slash = image.repo.indexOf("/");
  if (route === undefined) {
    const [host, repository] = [image.repo.slice(0, slash), image.repo.slice(slash + 1)];
    return [{ host, repository, encrypted: true, from: "" }];
  }
  const wanted = image.digest === "" ? "resolve" : "pull";
  return route.endpoints
    .filter(({ capabilities }) => capabilities.includes(wanted))
    .map((endpoint) => ({
      host: endpoint.host,
      repository: endpoint.repository,
      url: manifestUrl(endpoint, referenceOf(image)),
      encrypted: endpoint.scheme === "https",
      tls: endpoint.tls,
      from: endpoint.isRegistry ? "" : ` (${route.runtime}: ${endpoint.source.label})`,
    }));
}

function referenceOf({ digest, tag }: ImageName): string {
  return digest === "" ? tag : digest;
}

async function probeAt(
  place: Place,
  credentials: readonly TriedCredential[],
  question: RegistryQuestion,
  http: HttpClient,
  platform: Pick<Platform, "transport" | "clock">,
): Promise<readonly Step[]> {
  const { image, tokenHosts, route } = question;
  const { host, repository, url, from } = place;
  const reference = referenceOf(image);
  const target = { host, repository, reference, tokenHosts, ...(url === undefined ? {} : { url }) };
  let probe: Probe | undefined;
  try {
    for (const credential of credentials.length === 0 ? [undefined] : credentials) {
      probe = withRight(await probeRegistry(target, credential, http, platform.clock), credential);
      if (probe.outcome === "pulls") break;
    }
  } catch (error) {
    if (error instanceof OptionsError) {
      // The process that pulls has the same proxy variable, and its HTTP client rejects it too.
      return [
        step("registry", {
          status: "failed",
          message: `${host}${from}: ${error.message}`,
          fix: `correct the variable in the environment of ${proxyOf(question)}, and restart it`,
        }),
      ];
    }
    if (!(error instanceof CredentialError)) throw error;
    return [unreachable(error, place, route)];
  }
  return probe === undefined ? [] : stepsOf(probe, `${host}${from}`);
}

/**
 * Adds to a 401 or 403 for a credential of one of our plugins the permission that its identity needs: a missing permission
 * shows only in the registry's response for the repository.
 */
function withRight(probe: Probe, credential: TriedCredential | undefined): Probe {
  const right = pluginByName(credential?.provider ?? "")?.pullRight;
  const last = probe.steps.at(-1);
  if (right === undefined || last?.fix === undefined || ![401, 403].includes(last.status ?? 0)) return probe;
  return {
    ...probe,
    steps: [...probe.steps.slice(0, -1), { ...last, fix: `${last.fix}: it needs ${right}` }],
  };
}

/** The process whose environment names the proxy. */
function proxyOf({ route, trust }: RegistryQuestion): string {
  if (trust === undefined) return "this shell";
  return route?.runtime ?? "the kubelet";
}

/** The step for an endpoint that sent no response. Certificates are checked as the container runtime is configured. */
function unreachable(error: CredentialError, { host, from, tls }: Place, route: Route | undefined): Step {
  const { cause, reason, advice } = error;
  const message = `${host}${from}: ${reason}`;
  const isCertificate = cause instanceof TransportError && cause.code === "ERR_TLS_CERTIFICATE";
  if (isCertificate && tls?.skipVerify === true) {
    return step("registry", {
      status: "warning",
      message: `${message}; ${route?.runtime} is configured not to check it, and imagecred sends no credential there`,
      fix: "configure the registry's CA there instead, or test the pull with crictl pull",
    });
  }
  if (isCertificate && tls !== undefined && tls.clients.length > 0) {
    return step("registry", {
      status: "warning",
      message: `${message}; ${route?.runtime} sends a client certificate, imagecred does not`,
      fix: "test the pull with crictl pull",
    });
  }
  const isUnknown = isCertificate && cause.certificate === "unknown-issuer" && tls !== undefined;
  const fix = isUnknown
    ? `add its CA to the node's trust store or to ${route?.runtime}'s configuration for ${host}, then restart ${route?.runtime}`
    : advice;
  return step("registry", { status: "failed", message, ...(fix === undefined ? {} : { fix }) });
}

/** The client with these certificate authorities (PEM) instead of its own. */
function withAuthorities(http: HttpClient, ca: string | undefined): HttpClient {
  if (ca === undefined) return http;
  return { ...http, cloud: (request) => http.cloud({ ...request, tls: { ...request.tls, ca } }) };
}

function withDetails(steps: readonly Step[], more: readonly Detail[]): readonly Step[] {
  const [first, ...rest] = steps;
  return first === undefined ? [] : [{ ...first, details: [...more, ...first.details] }, ...rest];
}

function destinationFor({ provider }: TriedCredential, { providers, image }: RegistryQuestion): Destination {
  const configured = providers.find(({ name }) => name === provider);
  return configured === undefined ? { kind: "own" } : destinationOf(configured, image);
}

/** The step when no endpoint may get the credential. */
function withheld(
  destination: Destination,
  { image, route }: RegistryQuestion,
  details: readonly Detail[],
): Step {
  const host = image.repo.slice(0, image.repo.indexOf("/"));
  switch (destination.kind) {
    case "own":
      return step("registry", {
        status: "skipped",
        message: `not contacted: the container runtime is configured to pull from mirrors of ${host}`,
        details,
        fix: "test the pull with crictl pull: the container runtime sends the credential to its mirrors",
      });
    case "mirror": {
      const { target, flag } = destination.mirror;
      const known = route === undefined ? "" : `, from which ${route.runtime} does not pull this image`;
      return step("registry", {
        status: route === undefined ? "skipped" : "warning",
        message: `not contacted: with ${flag} the credential for ${host} is that of ${target}${known}, and is sent nowhere else`,
        details,
        fix: `check that the container runtime's mirror configuration sends ${host} to ${target}, and test the pull with crictl pull`,
      });
    }
    case "foreign":
      return step("registry", {
        status: "failed",
        message: `not contacted: the credential is for ${destination.service}, and ${host} is not one of its registries`,
        details,
        fix: "narrow this provider's matchImages, or map a mirror with --registry",
      });
  }
}

function httpClient(
  env: Readonly<Record<string, string | undefined>>,
  platform: Pick<Platform, "transport" | "clock">,
): HttpClient {
  const nothing = () => {};
  return createHttpClient({
    transport: platform.transport,
    proxyFor: (url) => proxyFor(url, env),
    clock: platform.clock,
    deadline: new Deadline(TOTAL_MS, platform.clock),
    random: Math.random,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    userAgent: `imagecred/${VERSION}`,
  });
}

function stepsOf(probe: Probe, host: string): readonly Step[] {
  const { outcome, steps, credentialUsed } = probe;
  const last = steps.at(-1);
  const reachedManifest = last !== undefined && last.what !== "token";
  const others = reachedManifest ? steps.slice(0, -1) : steps;
  const skew = probe.clockSkewMs ?? 0;
  const skewed = Math.abs(skew) > SKEW_MS;
  const details = others.map((one) => detail(line(one), one.ok ? "ok" : "failed", one.ms));
  if (skewed) {
    const direction = skew > 0 ? "ahead of" : "behind";
    details.push(
      detail(
        `the registry's clock is ${formatLifetime(Math.abs(skew) / 1000)} ${direction} this node's`,
        "warning",
      ),
    );
  }
  const ms = others.reduce((sum, one) => sum + one.ms, 0);
  if (!reachedManifest) {
    return [
      step("registry", {
        status: outcome === "not-sent" ? "warning" : "failed",
        message: `${host}: ${last?.message ?? "no response"}`,
        ms,
        details,
        ...(last?.fix === undefined ? {} : { fix: last.fix }),
      }),
    ];
  }
  const registry = step("registry", {
    status: skewed ? "warning" : "ok",
    message: credentialUsed ? `${host} got the credential` : `${host} does not require a credential`,
    ms,
    details,
    ...(skewed ? { fix: "set this node's clock: timedatectl, chrony" } : {}),
  });
  const manifest = step("manifest", {
    status: outcome === "pulls" ? "ok" : "failed",
    message: `${last.status}: ${last.message}`,
    ms: last.ms,
    ...(last.fix === undefined ? {} : { fix: last.fix }),
  });
  return [registry, manifest];
}

function line({ what, status, message }: ProbeStep): string {
  return `${what}: ${status === null ? "" : `${status}, `}${message}`;
}
