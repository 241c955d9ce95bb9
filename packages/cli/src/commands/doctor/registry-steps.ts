import type { CredentialProvider, ImageName, TriedCredential } from "@imagecred/kubelet";
import { CredentialError, createHttpClient, Deadline, type HttpClient, VERSION } from "@imagecred/protocol";
import { formatLifetime } from "../../output/duration.ts";
import { type Destination, destinationOf } from "../../registry/destination.ts";
import { type Probe, type ProbeStep, probeRegistry } from "../../registry/probe.ts";
import type { Platform } from "../../runtime/types.ts";
import { detail, type Step, step } from "./steps.ts";

const TOTAL_MS = 45_000;
/** Clouds refuse signatures of clocks that are off by more (AWS: 15 minutes for some, 5 for most). */
const SKEW_MS = 60_000;

export interface RegistryQuestion {
  readonly image: ImageName;
  /** In the order in which the kubelet tries them. */
  readonly credentials: readonly TriedCredential[];
  readonly providers: readonly CredentialProvider[];
  /** Environment of the container runtime, or the closest that is known: proxies and trust. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hosts[:port] that may get the credential besides the registry. */
  readonly tokenHosts: readonly string[];
}

/** The registry's own word on the credentials, which the kubelet tries in this order until one is good. */
export async function registrySteps(
  question: RegistryQuestion,
  platform: Platform,
): Promise<readonly Step[]> {
  const { image, credentials, tokenHosts } = question;
  const slash = image.repo.indexOf("/");
  const host = image.repo.slice(0, slash);
  const keptBack: Step[] = [];
  const sendable = credentials.filter((credential) => {
    const step = whyKeptBack(destinationFor(credential, question), host);
    if (step !== undefined) keptBack.push(step);
    return step === undefined;
  });
  // Without any credential the runtime asks anonymously, and so do we; with credentials that are not for this host it
  // would not, and what the host answers to nobody in particular says nothing about the pull.
  if (credentials.length > 0 && sendable.length === 0) return keptBack.slice(0, 1);
  const http = httpClient(question.env, platform);
  const target = {
    host,
    repository: image.repo.slice(slash + 1),
    reference: image.digest === "" ? image.tag : image.digest,
    tokenHosts,
  };
  let probe: Probe | undefined;
  try {
    for (const credential of sendable.length === 0 ? [undefined] : sendable) {
      probe = await probeRegistry(target, credential, http, platform.clock);
      if (probe.outcome === "pulls") break;
    }
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    return [
      step("registry", {
        status: "failed",
        message: `${host}: ${error.reason}`,
        ...(error.advice === undefined ? {} : { fix: error.advice }),
      }),
    ];
  }
  return probe === undefined ? [] : stepsOf(probe, host);
}

function destinationFor({ provider }: TriedCredential, { providers, image }: RegistryQuestion): Destination {
  const configured = providers.find(({ name }) => name === provider);
  return configured === undefined ? { kind: "own" } : destinationOf(configured, image);
}

function whyKeptBack(destination: Destination, host: string): Step | undefined {
  switch (destination.kind) {
    case "own":
      return undefined;
    case "mirror": {
      const { target, flag } = destination.mirror;
      return step("registry", {
        status: "skipped",
        message: `not asked: by ${flag} the credential for ${host} is that of ${target}, and it goes nowhere else`,
        fix: `${target} serves these images when the container runtime's mirror configuration sends ${host} there: check that, and pull once with crictl pull`,
      });
    }
    case "foreign":
      return step("registry", {
        status: "failed",
        message: `not asked: the credential is for ${destination.service}, and ${host} is not one of its registries`,
        fix: "narrow this provider's matchImages, or map a mirror with --registry",
      });
  }
}

function httpClient(env: Readonly<Record<string, string | undefined>>, platform: Platform): HttpClient {
  const nothing = () => {};
  return createHttpClient({
    transport: platform.transport,
    env,
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
    message: credentialUsed ? `${host} got the credential` : `${host} answers without a credential`,
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
