import { annotationFor, GOOGLE_ANNOTATIONS } from "@imagecred/identities/annotations";

/** Opts a service account in, in clusters whose pool GKE made. */
export const OPT_IN_ANNOTATION = "iam.gke.io/enable-wi-image-pull";

/** The annotation that messages name where none is there. */
export const PROVIDER_ANNOTATION = "gcp.auth.fluxcd.io/workload-identity-provider";

/** The annotation that names the service account to become, or the pool's provider; one that is empty does not count. */
export function annotationIn(
  annotations: Readonly<Record<string, string>>,
  says: "account" | "provider",
): { readonly key: string; readonly value: string } | undefined {
  const key = annotationFor(GOOGLE_ANNOTATIONS, says, annotations);
  return key === undefined ? undefined : { key, value: annotations[key] ?? "" };
}
