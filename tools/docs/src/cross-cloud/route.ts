import type { Clouds, IssuedCertificate, Plugin } from "@imagecred/fake-clouds";

/** Kinds of nodes and pods, with their names in the rows of the matrix. */
export const SOURCES = {
  eks: "pods on EKS",
  aks: "pods on AKS",
  gke: "pods on GKE",
  onPremises: "pods on your own cluster",
  ec2: "EC2 instances, EKS nodes",
  azure: "Azure machines, AKS nodes",
  arc: "machines under Azure Arc",
  gce: "Compute Engine instances, GKE nodes",
  certificate: "machines with a certificate",
} as const;
export type Source = keyof typeof SOURCES;
export const CLUSTERS = ["eks", "aks", "gke", "onPremises"] as const satisfies readonly Source[];
export type ClusterSource = (typeof CLUSTERS)[number];

/** A change to a pod's token that makes it wrong. */
export interface TokenChange {
  readonly audience?: string;
  readonly namespace?: string;
  readonly expiresIn?: number;
  /** Another `iss` than the cluster's. */
  readonly issuer?: string;
}

/** How a run differs from what the page says. */
export interface Change {
  /** Arguments instead of those with the same name, or in addition. */
  readonly args?: readonly string[];
  readonly env?: (clouds: Clouds) => Promise<Readonly<Record<string, string>>>;
  readonly token?: TokenChange;
  /** Replaces the service account's own. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly certificate?: (clouds: Clouds) => Promise<IssuedCertificate>;
  /** Changes the clouds for this run and returns a function that undoes it. No other run uses the clouds at the same time. */
  readonly around?: (clouds: Clouds) => () => void;
}

/** One mistake, and the text that the plugin's error line must contain. */
export interface Mistake extends Change {
  readonly what: string;
  readonly says: RegExp;
}

/** A page: from one kind of node or pod to the registries of one cloud. */
export interface Route {
  /** Name of the page in docs/identity, and of its directory of snippets. */
  readonly page: string;
  readonly sources: readonly Source[];
  readonly plugin: Plugin;
  readonly image: string;
  /** Environment of the plugin on such a node. */
  readonly env: (clouds: Clouds) => Promise<Readonly<Record<string, string>>>;
  /** The certificate that the kubelet's configuration names. */
  readonly certificate?: (clouds: Clouds) => Promise<IssuedCertificate>;
  readonly mistakes: readonly Mistake[];
}

export const IMAGES = {
  ecr: "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app",
  acr: "myreg.azurecr.io/app",
  gcr: "us-central1-docker.pkg.dev/project/repo/app",
} as const;

/** A node without an identity: only the clouds' names. */
export const nothing = async (clouds: Clouds) => clouds.networkEnv();

/** A tenant of the same cloud, which does not have the applications. */
export const UNINSTALLED_TENANT = "10000000-aaaa-4aaa-8aaa-0000000000aa";
