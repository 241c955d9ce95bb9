import { OptionsError } from "@imagecred/protocol";

/** Where Google STS exchanges a pod's token. */
export interface IdentityPool {
  /** The pool that every GKE cluster with Workload Identity has, or any other workload identity pool. */
  readonly kind: "gke" | "workload-identity";
  /** What STS calls it. */
  readonly audience: string;
  /** The audience that a pod's token has to have, unless the pool's provider allows others. */
  readonly tokenAudience: string;
}

/** Lengths as fluxcd/pkg checks them, which reads the same values from the same annotation. */
const PROVIDER =
  /^(?:(?:https:)?(\/\/iam\.[a-z0-9.-]+\/))?(projects\/\d{1,30}\/locations\/global\/workloadIdentityPools\/[A-Za-z0-9._-]{1,100}\/providers\/[A-Za-z0-9._-]{1,100})$/;

/**
 * A workload identity pool's provider by its resource name, with or without `//iam.googleapis.com/` in front; that is
 * also its name as an audience (https://cloud.google.com/iam/docs/workload-identity-federation-with-kubernetes).
 * @returns undefined for what is no such name
 */
export function poolOfProvider(value: string): IdentityPool | undefined {
  const [, service = "//iam.googleapis.com/", name] = PROVIDER.exec(value) ?? [];
  if (name === undefined) return undefined;
  const audience = service + name;
  return { kind: "workload-identity", audience, tokenAudience: `https:${audience}` };
}

/** A workload identity pool's provider. @param from where it is written @throws {OptionsError} */
export function parseProvider(provider: string, from: string): IdentityPool {
  const pool = poolOfProvider(provider);
  if (pool !== undefined) return pool;
  throw new OptionsError(
    `${from} is ${JSON.stringify(provider)}, expected projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`,
  );
}

/**
 * The pool that GKE makes for a project. `issuer` is the cluster's, as in its tokens.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity
 */
export function poolOfGke(project: string, issuer: string): IdentityPool {
  const tokenAudience = `${project}.svc.id.goog`;
  return { kind: "gke", audience: `identitynamespace:${tokenAudience}:${issuer}`, tokenAudience };
}
