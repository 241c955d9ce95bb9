import type { OutputFile, Plan } from "./types.ts";

export const RBAC_NAME = "node-audience-rbac.yaml";

/**
 * The manifest that lets nodes request pod tokens with the audiences of the plan. Since 1.33 the API server rejects
 * audiences that are neither in the pod spec nor allowed like this (k8s.io/kubernetes, plugin/pkg/admission/noderestriction,
 * verb request-serviceaccounts-token-audience; the audience is the resource).
 */
export function rbacFile(plan: Plan): readonly OutputFile[] {
  const audiences = audiencesOf(plan);
  if (audiences.length === 0) return [];
  const content = `# Lets the kubelets request service account tokens with these audiences, for image pulls.
# To allow it only for some service accounts, add their names as resourceNames to the rule.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: imagecred-node-token-audience
rules:
  - apiGroups: [""]
    resources: ${JSON.stringify(audiences)}
    verbs: ["request-serviceaccounts-token-audience"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: imagecred-node-token-audience
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: imagecred-node-token-audience
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: system:nodes
`;
  return [{ name: RBAC_NAME, content, about: "lets nodes request pod tokens with these audiences" }];
}

/** Audiences of the service account tokens that the plan's providers get, each once. */
export function audiencesOf(plan: Plan): readonly string[] {
  return [...new Set(plan.providers.flatMap((entry) => entry.tokenAttributes?.audience ?? []))];
}
