import { annotationFor, GOOGLE_ANNOTATIONS } from "@imagecred/identities/annotations";

/** Opts a service account in, in clusters with GKE's own pool. */
export const OPT_IN_ANNOTATION = "iam.gke.io/enable-wi-image-pull";

/** The annotation that messages recommend. */
export const PROVIDER_ANNOTATION = "gcp.auth.fluxcd.io/workload-identity-provider";

/** The annotation with the service account to impersonate, or the pool's provider; empty annotations are ignored. */
export function annotationIn(
  annotations: Readonly<Record<string, string>>,
  meaning: "account" | "provider",
): { readonly key: string; readonly value: string } | undefined {
  const key = annotationFor(GOOGLE_ANNOTATIONS, meaning, annotations);
  return key === undefined ? undefined : { key, value: annotations[key] ?? "" };
}
