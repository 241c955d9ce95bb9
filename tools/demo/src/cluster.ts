import type { Clouds } from "@imagecred/fake-clouds";
import type { Pod, ServiceAccount, ServiceAccounts } from "@imagecred/kubelet";
import { Secret } from "@imagecred/protocol";

/** Service accounts of the demo's cluster, with their annotations. */
export function annotationsOf(clouds: Clouds): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const { pod } = clouds.azure.population();
  return {
    app: {
      "eks.amazonaws.com/ecr-role-arn": clouds.aws.roleArn("pod"),
      "kubernetes.azure.com/acr-client-id": pod.clientId,
      "kubernetes.azure.com/acr-tenant-id": clouds.azure.tenantId,
      "iam.gke.io/enable-wi-image-pull": "true",
    },
    // Its role can be assumed, but has no permissions.
    intern: { "eks.amazonaws.com/ecr-role-arn": clouds.aws.roleArn("denied") },
  };
}

/** The part of an API server that a kubelet queries for service accounts and their tokens. */
export function serviceAccounts(clouds: Clouds): ServiceAccounts {
  const annotations = annotationsOf(clouds);
  return {
    async get(_namespace, name): Promise<ServiceAccount> {
      return { uid: `uid-of-${name}`, annotations: new Map(Object.entries(annotations[name] ?? {})) };
    },
    async requestToken({ namespace, serviceAccountName, audiences }) {
      const [audience = ""] = audiences;
      const token = await clouds.cluster.issueServiceAccountToken({
        audience,
        namespace,
        serviceAccount: serviceAccountName,
      });
      return new Secret(token);
    },
  };
}

/** A pod of a service account in the namespace `default`. */
export function podOf(serviceAccountName: string): Pod {
  return {
    namespace: "default",
    name: `${serviceAccountName}-7d4b9`,
    uid: `uid-of-pod-${serviceAccountName}`,
    serviceAccountName,
  };
}
