import type { ImageName, TriedCredential } from "@imagecred/kubelet";
import { CredentialError, createHttpClient, Deadline, type HttpClient, VERSION } from "@imagecred/protocol";
import { formatLifetime } from "../../output/duration.ts";
import { type Probe, type ProbeStep, probeRegistry } from "../../registry/probe.ts";
import type { Platform } from "../../runtime/types.ts";
import { detail, type Step, step } from "./steps.ts";

const TOTAL_MS = 45_000;
/** Clouds refuse signatures of clocks that are off by more (AWS: 15 minutes for some, 5 for most). */
const SKEW_MS = 60_000;
const MANIFEST = "HEAD manifest";

/** The registry's own word on the credentials, which the kubelet tries in this order until one is good. */
export async function registrySteps(
  image: ImageName,
  credentials: readonly TriedCredential[],
  env: Readonly<Record<string, string | undefined>>,
  platform: Platform,
): Promise<readonly Step[]> {
  const http = httpClient(env, platform);
  const slash = image.repo.indexOf("/");
  const target = {
    host: image.repo.slice(0, slash),
    repository: image.repo.slice(slash + 1),
    reference: image.digest === "" ? image.tag : image.digest,
  };
  const candidates = credentials.length === 0 ? [undefined] : credentials;
  let probe: Probe | undefined;
  try {
    for (const credential of candidates) {
      probe = await probeRegistry(target, credential, http, platform.clock);
      if (probe.steps.at(-1)?.what === MANIFEST && probe.steps.at(-1)?.ok === true) break;
    }
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    return [
      step("registry", {
        status: "failed",
        message: `${target.host}: ${error.reason}`,
        ...(error.advice === undefined ? {} : { fix: error.advice }),
      }),
    ];
  }
  return probe === undefined ? [] : stepsOf(probe, target.host, credentials.length > 0);
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

function stepsOf(probe: Probe, host: string, withCredential: boolean): readonly Step[] {
  const manifest = probe.steps.find(({ what }) => what === MANIFEST);
  const others = probe.steps.filter((one) => one !== manifest);
  const bad = others.find(({ ok }) => !ok);
  const skew = probe.clockSkewMs ?? 0;
  const details = others.map((one) => detail(line(one), one.ok ? "ok" : "failed", one.ms));
  if (Math.abs(skew) > SKEW_MS) {
    details.push(
      detail(
        `the registry's clock is ${formatLifetime(Math.abs(skew) / 1000)} ${skew > 0 ? "ahead of" : "behind"} this node's`,
        "warning",
      ),
    );
  }
  const refused = bad !== undefined && manifest?.ok !== true;
  const registry = step("registry", {
    status: refused ? "failed" : Math.abs(skew) > SKEW_MS ? "warning" : "ok",
    message: refused
      ? `${host}: ${bad.message}`
      : `${host} ${withCredential ? "takes the credential" : "answers"}`,
    ms: others.reduce((sum, { ms }) => sum + ms, 0),
    details,
    ...(refused
      ? {
          fix: withCredential
            ? "the plugin's credential is for another registry, account or cloud, or has no right here"
            : "this registry wants a credential, and no plugin gives one for it",
        }
      : {}),
  });
  if (manifest === undefined) return [registry];
  return [
    registry,
    step("manifest", {
      status: manifest.ok ? "ok" : "failed",
      message: `${manifest.status}: ${manifest.message}`,
      ms: manifest.ms,
      ...(manifest.ok ? {} : { fix: manifestFix(manifest.status) }),
    }),
  ];
}

function line({ what, status, message }: ProbeStep): string {
  return `${what}: ${status === null ? "" : `${status}, `}${message}`;
}

function manifestFix(status: number | null): string {
  if (status === 404)
    return "check the repository's and the tag's spelling; some registries answer 404 to who may not pull";
  if (status === 429) return "wait, or use a mirror or pull-through cache";
  return "give the identity that the plugin used the right to pull from this repository";
}
