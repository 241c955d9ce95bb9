/**
 * The service account annotations that name a pod's identity: the one table that plugins read them by, and that `imagecred`
 * and the docs show. The kubelet passes on those only that the provider's tokenAttributes list, so which of them count
 * is the operator's decision.
 */
import type { AnnotationFact } from "@imagecred/protocol";

/** Sources: eks = https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html, which fluxcd reads too. */
export const AWS_ANNOTATIONS = [
  { key: "imagecred.dev/aws-role-arn", by: "imagecred", says: "role" },
  { key: "eks.amazonaws.com/ecr-role-arn", by: "the Go plugin", says: "role" },
  { key: "eks.amazonaws.com/role-arn", by: "IAM roles for service accounts, fluxcd", says: "role" },
] as const;

/** Azure Workload Identity's: https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html */
export const AZURE_ANNOTATIONS = [
  { key: "imagecred.dev/azure-client-id", by: "imagecred", says: "client" },
  { key: "kubernetes.azure.com/acr-client-id", by: "the Go plugin", says: "client" },
  { key: "azure.workload.identity/client-id", by: "Azure Workload Identity, fluxcd", says: "client" },
  { key: "imagecred.dev/azure-tenant-id", by: "imagecred", says: "tenant" },
  { key: "kubernetes.azure.com/acr-tenant-id", by: "the Go plugin", says: "tenant" },
  { key: "azure.workload.identity/tenant-id", by: "Azure Workload Identity, fluxcd", says: "tenant" },
] as const;

/**
 * GKE's: https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity; the opt-in of auth-provider-gcp
 * (pkg/gcpcredential), for clusters whose pool GKE made; fluxcd's: fluxcd/pkg, auth/gcp.
 */
export const GOOGLE_ANNOTATIONS = [
  { key: "iam.gke.io/enable-wi-image-pull", by: "the Go plugin", says: "opt-in" },
  { key: "imagecred.dev/google-service-account", by: "imagecred", says: "account" },
  { key: "iam.gke.io/gcp-service-account", by: "GKE, fluxcd", says: "account" },
  { key: "imagecred.dev/google-workload-identity-provider", by: "imagecred", says: "provider" },
  { key: "gcp.auth.fluxcd.io/workload-identity-provider", by: "fluxcd", says: "provider" },
] as const;

/** What an annotation says, and whether that by itself gives the pod an identity. */
const MEANINGS = {
  role: { namesIdentity: true, about: "ARN of the IAM role" },
  client: { namesIdentity: true, about: "client ID of the application" },
  tenant: { namesIdentity: false, about: "tenant of the application" },
  "opt-in": { namesIdentity: true, about: '"true", if the pool is GKE\'s own' },
  account: { namesIdentity: false, about: "email address of the Google service account" },
  provider: { namesIdentity: true, about: "resource name of the workload identity pool's provider" },
} as const satisfies Readonly<Record<string, Pick<AnnotationFact, "namesIdentity" | "about">>>;

/** What annotations say. */
export type Meaning = keyof typeof MEANINGS;

/** One row of a table. Of two rows that say the same, the first wins. */
interface Row {
  readonly key: string;
  /** Who defined it. */
  readonly by: string;
  readonly says: Meaning;
}

/** The keys of a table that say one thing, the one that wins first. */
export function keysThatSay(table: readonly Row[], meaning: Meaning): readonly string[] {
  return table.filter(({ says }) => says === meaning).map(({ key }) => key);
}

/** The key whose value a service account has; the first that is there. @param isThere what makes a value one */
export function annotationThatSays(
  table: readonly Row[],
  meaning: Meaning,
  annotations: Readonly<Record<string, string>>,
  isThere: (value: string | undefined) => boolean = (value) => (value ?? "") !== "",
): string | undefined {
  return keysThatSay(table, meaning).find((key) => isThere(annotations[key]));
}

/** A table as facts. */
export function annotationFacts(table: readonly Row[]): readonly AnnotationFact[] {
  return table.map(({ key, by, says }) => ({ key, by, says, ...MEANINGS[says] }));
}

/** The keys that messages name: those of the vendors, which everybody's manifests have. */
export function shownKeys(table: readonly Row[], meaning: Meaning): string {
  return table
    .filter(({ says, by }) => says === meaning && by !== "imagecred")
    .map(({ key }) => key)
    .join(" or ");
}
