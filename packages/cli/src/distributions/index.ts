import { aks } from "./aks.ts";
import { bottlerocket } from "./bottlerocket.ts";
import { eks } from "./eks.ts";
import { gce } from "./gce.ts";
import { gke } from "./gke.ts";
import { k0s } from "./k0s.ts";
import { kind } from "./kind.ts";
import { kops } from "./kops.ts";
import { kubeadm } from "./kubeadm.ts";
import { microk8s } from "./microk8s.ts";
import { openshift } from "./openshift.ts";
import { k3s, rke2 } from "./rancher.ts";
import { talos } from "./talos.ts";
import type { Distribution } from "./types.ts";

/** In the order in which a node's distribution is detected, the most common ones first. */
export const DISTRIBUTIONS: readonly Distribution[] = [
  kubeadm,
  k3s,
  rke2,
  talos,
  kops,
  eks,
  bottlerocket,
  aks,
  gce,
  gke,
  openshift,
  microk8s,
  k0s,
  kind,
];

export const DISTRIBUTION_IDS: readonly string[] = DISTRIBUTIONS.map(({ id }) => id);

/** The distribution with this id, in upper or lower case: the projects write kOps, MicroK8s, OpenShift. */
export function distributionById(id: string): Distribution | undefined {
  return DISTRIBUTIONS.find((distribution) => distribution.id === id.toLowerCase());
}
