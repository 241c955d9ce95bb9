import type { Core } from "../core/core.ts";
import type { ServiceAccountOptions } from "./accounts.ts";
import type { PoolProvider } from "./pools.ts";
import { principalOf } from "./sts.ts";

export const PROJECT_ID = "imagecred-prod";
export const PROJECT_NUMBER = "123456789012";
/** The AWS account that the provider `aws` trusts: the fake AWS's own. */
const AWS_ACCOUNT = "123456789012";

/** Service accounts that every fake Google has. */
export type AccountName = "node" | "builder" | "puller" | "delegate" | "denied";

export function emailOf(name: AccountName): string {
  return `${name}@${PROJECT_ID}.iam.gserviceaccount.com`;
}

/** Resource name of a provider in the workload identity pool `pool`. */
export function providerName(provider: "cluster" | "aws"): string {
  return `projects/${PROJECT_NUMBER}/locations/global/workloadIdentityPools/pool/providers/${provider}`;
}

/** The audience of GKE's own pool for a cluster, and of the tokens that it takes. */
export function gkePool(issuer: string): { readonly audience: string; readonly tokenAudience: string } {
  const tokenAudience = `${PROJECT_ID}.svc.id.goog`;
  return { audience: `identitynamespace:${tokenAudience}:${issuer}`, tokenAudience };
}

/** Audience that a pod's token needs for the provider `cluster`. */
export const CLUSTER_TOKEN_AUDIENCE = `https://iam.googleapis.com/${providerName("cluster")}`;

export function accounts(): readonly ServiceAccountOptions[] {
  const pods = [principalOf(providerName("cluster"), "system:serviceaccount:default:*")];
  const gke = `principal://${PROJECT_ID}.svc.id.goog/subject/system:serviceaccount:default:*`;
  const aws = principalOf(providerName("aws"), "arn:aws:*");
  return [
    { email: emailOf("node") },
    { email: emailOf("builder") },
    {
      email: emailOf("puller"),
      impersonators: [...pods, gke, aws, `serviceAccount:${emailOf("delegate")}`, "user:dev@example.com"],
    },
    // May become `puller`, and lets the node's account become itself.
    { email: emailOf("delegate"), impersonators: [`serviceAccount:${emailOf("node")}`] },
    // Has tokens like anybody, and may read nothing.
    { email: emailOf("denied"), impersonators: [...pods, gke], reader: false },
  ];
}

/** Providers by the audience under which STS knows them. */
export function providers(core: Core): ReadonlyMap<string, PoolProvider> {
  const gke = gkePool(core.cluster.issuer);
  return new Map<string, PoolProvider>([
    [gke.audience, { kind: "kubernetes", audiences: [gke.tokenAudience] }],
    [
      `//iam.googleapis.com/${providerName("cluster")}`,
      {
        kind: "kubernetes",
        audiences: [CLUSTER_TOKEN_AUDIENCE, `//iam.googleapis.com/${providerName("cluster")}`],
      },
    ],
    [`//iam.googleapis.com/${providerName("aws")}`, { kind: "aws", account: AWS_ACCOUNT }],
  ]);
}
