import { OptionsError } from "@imagecred/protocol";

/** A workload identity pool, at which Google STS exchanges a token. */
export interface IdentityPool {
  /** `gke`: the pool of GKE clusters with Workload Identity; `workload-identity`: any other workload identity pool. */
  readonly kind: "gke" | "workload-identity";
  /** STS's name of the pool. */
  readonly audience: string;
  /** The audience that a pod's token needs, unless the pool's provider allows others. */
  readonly tokenAudience: string;
}

/** Length limits are those of fluxcd/pkg, which parses the same annotation. */
const PROVIDER =
  /^(?:(?:https:)?(\/\/iam\.[a-z0-9.-]+\/))?(projects\/\d{1,30}\/locations\/global\/workloadIdentityPools\/[A-Za-z0-9._-]{1,100}\/providers\/[A-Za-z0-9._-]{1,100})$/;

/**
 * The pool of a provider's resource name, with or without `//iam.googleapis.com/` before it; this is also the provider's
 * audience (https://cloud.google.com/iam/docs/workload-identity-federation-with-kubernetes).
 * @returns undefined if the value is not such a name
 */
export function poolOfProvider(value: string): IdentityPool | undefined {
  const [, service = "//iam.googleapis.com/", name] = PROVIDER.exec(value) ?? [];
  if (name === undefined) return undefined;
  const audience = service + name;
  return { kind: "workload-identity", audience, tokenAudience: `https:${audience}` };
}

/** The pool of a provider's resource name. @param from the setting, for messages @throws {OptionsError} */
export function parseProvider(provider: string, from: string): IdentityPool {
  const pool = poolOfProvider(provider);
  if (pool !== undefined) return pool;
  throw new OptionsError(
    `${from} is ${JSON.stringify(provider)}, expected projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`,
  );
}

/**
 * The pool that GKE creates for a project. @param issuer the issuer in the cluster's tokens
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity
 */
export function poolOfGke(project: string, issuer: string): IdentityPool {
  const tokenAudience = `${project}.svc.id.goog`;
  return { kind: "gke", audience: `identitynamespace:${tokenAudience}:${issuer}`, tokenAudience };
}
