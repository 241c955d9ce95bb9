import type { Core } from "../core/core.ts";
import type { ServiceAccountOptions } from "./accounts.ts";
import type { PoolProvider } from "./pools.ts";

export const PROJECT_ID = "imagecred-prod";
export const PROJECT_NUMBER = "123456789012";
/** The AWS account that the provider `aws` trusts: the fake AWS's own. */
const AWS_ACCOUNT = "123456789012";

/** Service accounts that every fake Google has. */
export type AccountName = "node" | "builder" | "puller" | "delegate" | "denied";

export function emailOf(name: AccountName): string {
  return `${name}@${PROJECT_ID}.iam.gserviceaccount.com`;
}

const POOLS = `projects/${PROJECT_NUMBER}/locations/global/workloadIdentityPools`;

/** Resource name of a provider in a workload identity pool. */
export function providerName(provider: string, pool = "pool"): string {
  return `${POOLS}/${pool}/providers/${provider}`;
}

/** A subject of the pool `pool` in IAM policies. */
export function poolPrincipal(subject: string): string {
  return `principal://iam.googleapis.com/${POOLS}/pool/subject/${subject}`;
}

/** The audience of GKE's own pool for a cluster, and of the tokens that it accepts. */
export function gkePool(issuer: string): { readonly audience: string; readonly tokenAudience: string } {
  const tokenAudience = `${PROJECT_ID}.svc.id.goog`;
  return { audience: `identitynamespace:${tokenAudience}:${issuer}`, tokenAudience };
}

/** Required audience of a pod's token for the provider `cluster`. */
export const CLUSTER_TOKEN_AUDIENCE = `https://iam.googleapis.com/${providerName("cluster")}`;

export function accounts(): readonly ServiceAccountOptions[] {
  const pods = [poolPrincipal("system:serviceaccount:default:*")];
  const gke = `serviceAccount:${PROJECT_ID}.svc.id.goog[default/*`;
  const aws = poolPrincipal("arn:aws:*");
  return [
    { email: emailOf("node"), uniqueId: "102030405060708090100" },
    { email: emailOf("builder") },
    {
      email: emailOf("puller"),
      impersonators: [...pods, gke, aws, `serviceAccount:${emailOf("delegate")}`, "user:dev@example.com"],
    },
    // Can impersonate `puller`; the node's account can impersonate it.
    { email: emailOf("delegate"), impersonators: [`serviceAccount:${emailOf("node")}`] },
    // Gets tokens like the others, but can read nothing.
    { email: emailOf("denied"), impersonators: [...pods, gke], reader: false },
  ];
}

/** Providers by their STS audience: GKE's own pool, one for each cluster, one for the node's AWS account. */
export function providers(core: Core): ReadonlyMap<string, PoolProvider> {
  const found = new Map<string, PoolProvider>();
  for (const { issuer } of new Set([core.cluster, core.clusters.gke])) {
    const gke = gkePool(issuer);
    found.set(gke.audience, { kind: "oidc", issuer, audiences: [gke.tokenAudience] });
  }
  const clusters = { cluster: core.cluster, ...core.clusters };
  for (const [name, cluster] of Object.entries(clusters)) {
    const { issuer, readable } = cluster;
    const keys = readable ? {} : { uploadedKeys: () => cluster.keys() };
    add(name, { kind: "oidc", issuer, audiences: defaultAudiences(name), ...keys });
  }
  add("aws", { kind: "aws", account: AWS_ACCOUNT });
  return found;

  function add(name: string, provider: PoolProvider): void {
    found.set(`//iam.googleapis.com/${providerName(name)}`, provider);
  }
}

/** A provider's default `allowed-audiences`: its resource name, with or without https. */
export function defaultAudiences(name: string): readonly string[] {
  return [`https://iam.googleapis.com/${providerName(name)}`, `//iam.googleapis.com/${providerName(name)}`];
}
