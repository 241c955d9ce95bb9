/** Opts a service account in, in clusters whose pool GKE made (auth-provider-gcp, pkg/gcpcredential). */
export const OPT_IN_ANNOTATION = "iam.gke.io/enable-wi-image-pull";

/** Names a pool's provider, as fluxcd's controllers read it. */
export const PROVIDER_ANNOTATION = "gcp.auth.fluxcd.io/workload-identity-provider";

/** Names the Google service account to become, as GKE reads it. */
export const SERVICE_ACCOUNT_ANNOTATION = "iam.gke.io/gcp-service-account";
