/**
 * The service account annotations that name a pod's identity. The plugins, `imagecred` and the docs use this table. The
 * kubelet passes only those that the provider's tokenAttributes list, so the operator decides which of them are used.
 */
import type { AnnotationFact } from "@imagecred/protocol";

/** eks.amazonaws.com/role-arn: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
export const AWS_ANNOTATIONS = [
  { key: "imagecred.dev/aws-role-arn", definedBy: "imagecred", meaning: "role" },
  { key: "eks.amazonaws.com/ecr-role-arn", definedBy: "the Go plugin", meaning: "role" },
  { key: "eks.amazonaws.com/role-arn", definedBy: "IAM roles for service accounts, fluxcd", meaning: "role" },
] as const;

/** Azure Workload Identity: https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html */
export const AZURE_ANNOTATIONS = [
  { key: "imagecred.dev/azure-client-id", definedBy: "imagecred", meaning: "client" },
  { key: "kubernetes.azure.com/acr-client-id", definedBy: "the Go plugin", meaning: "client" },
  {
    key: "azure.workload.identity/client-id",
    definedBy: "Azure Workload Identity, fluxcd",
    meaning: "client",
  },
  { key: "imagecred.dev/azure-tenant-id", definedBy: "imagecred", meaning: "tenant" },
  { key: "kubernetes.azure.com/acr-tenant-id", definedBy: "the Go plugin", meaning: "tenant" },
  {
    key: "azure.workload.identity/tenant-id",
    definedBy: "Azure Workload Identity, fluxcd",
    meaning: "tenant",
  },
] as const;

/**
 * GKE: https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity; the opt-in: auth-provider-gcp
 * (pkg/gcpcredential), for clusters with GKE's own pool; fluxcd: fluxcd/pkg, auth/gcp.
 */
export const GOOGLE_ANNOTATIONS = [
  { key: "iam.gke.io/enable-wi-image-pull", definedBy: "the Go plugin", meaning: "opt-in" },
  { key: "imagecred.dev/google-service-account", definedBy: "imagecred", meaning: "account" },
  { key: "iam.gke.io/gcp-service-account", definedBy: "GKE, fluxcd", meaning: "account" },
  { key: "imagecred.dev/google-workload-identity-provider", definedBy: "imagecred", meaning: "provider" },
  { key: "gcp.auth.fluxcd.io/workload-identity-provider", definedBy: "fluxcd", meaning: "provider" },
] as const;

/** Description of each kind of annotation, and whether it alone gives the pod an identity. */
const MEANINGS = {
  role: { namesIdentity: true, about: "ARN of the IAM role" },
  client: { namesIdentity: true, about: "client ID of the application" },
  tenant: { namesIdentity: false, about: "tenant of the application" },
  "opt-in": { namesIdentity: true, about: '"true", if the pool is GKE\'s own' },
  account: { namesIdentity: false, about: "email address of the Google service account" },
  provider: { namesIdentity: true, about: "resource name of the workload identity pool's provider" },
} as const satisfies Readonly<Record<string, Pick<AnnotationFact, "namesIdentity" | "about">>>;

/** The kinds of annotation. */
export type Meaning = keyof typeof MEANINGS;

/** One row of a table. Of two rows with the same meaning, the first wins. */
interface Row {
  readonly key: string;
  readonly definedBy: string;
  readonly meaning: Meaning;
}

/** The keys with one meaning, in order of precedence. */
export function keysFor(table: readonly Row[], meaning: Meaning): readonly string[] {
  return table.filter((row) => row.meaning === meaning).map(({ key }) => key);
}

/** The first key with this meaning that a service account has. @param isPresent default: any value that is not empty */
export function annotationFor(
  table: readonly Row[],
  meaning: Meaning,
  annotations: Readonly<Record<string, string>>,
  isPresent: (value: string | undefined) => boolean = (value) => (value ?? "") !== "",
): string | undefined {
  return keysFor(table, meaning).find((key) => isPresent(annotations[key]));
}

/** A table as facts. */
export function annotationFacts(table: readonly Row[]): readonly AnnotationFact[] {
  return table.map((row) => ({ ...row, ...MEANINGS[row.meaning] }));
}

/** The keys for messages: the vendors', which existing manifests have. */
export function shownKeys(table: readonly Row[], meaning: Meaning): string {
  return table
    .filter((row) => row.meaning === meaning && row.definedBy !== "imagecred")
    .map(({ key }) => key)
    .join(" or ");
}
