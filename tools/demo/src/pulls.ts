/** An image that a pod of the demo pulls, and what it demonstrates. */
export interface Pull {
  readonly image: string;
  /** Service account of the pod; undefined for a static pod, which has none. */
  readonly serviceAccount?: string;
  readonly why: string;
}

const ECR = "123456789012.dkr.ecr.us-west-2.amazonaws.com";

export const PULLS: readonly Pull[] = [
  { image: `${ECR}/app:v1`, why: "a static pod: the node's own role" },
  { image: `${ECR}/team/app:v7`, why: "another image of that registry" },
  {
    image: `${ECR}/app:v1`,
    serviceAccount: "app",
    why: "the same image, for a pod that has a role of its own",
  },
  { image: "myreg.azurecr.io/app:v1", why: "the node's managed identity" },
  { image: "myreg.azurecr.io/app:v1", serviceAccount: "app", why: "the pod's workload identity" },
  { image: "us-docker.pkg.dev/project/repo/app:v1", why: "the node's service account" },
  { image: "gcr.io/project/app:v1", why: "another Google registry" },
  {
    image: "gcr.io/project/app:v1",
    serviceAccount: "app",
    why: "the pod, through the cluster's workload identity pool",
  },
  { image: "nginx:1.29", why: "a registry that no provider is for" },
  {
    image: `${ECR}/app:v1`,
    serviceAccount: "intern",
    why: "a role that may do nothing: what an operator will see",
  },
];
