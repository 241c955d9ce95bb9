import type { CredentialProviderRequest, IdentityChoice } from "@imagecred/protocol";
import { CLIENT_ID_ANNOTATION } from "./identity/annotations.ts";
import { nodeSources } from "./identity/node.ts";
import { configurationOf, type EntraRequest, type EntraToken } from "./identity/token.ts";

/** The Entra ID identities for a request, as tokens for registries. */
export function identities(
  { serviceAccountAnnotations: annotations }: CredentialProviderRequest,
  request: EntraRequest,
): Pick<IdentityChoice<EntraToken>, "pod" | "node" | "advice"> {
  const { identityBindings: bindings } = request.options;
  return {
    // Loaded on demand: requests without a pod's token do not need them.
    pod: (token) =>
      bindings === undefined
        ? {
            name: "pod service account token",
            find: async () => {
              const { podSource } = await import("./identity/pod.ts");
              return await podSource(token, annotations, request).find();
            },
          }
        : {
            name: "AKS identity binding",
            find: async () => {
              const { identityBindingSource } = await import("./identity/identity-bindings.ts");
              return await identityBindingSource(token, annotations, bindings, request).find();
            },
          },
    node: () => nodeSources(request),
    advice: {
      pod: `annotate the service account with ${CLIENT_ID_ANNOTATION}, and list the annotation in optionalServiceAccountAnnotationKeys of this provider's tokenAttributes`,
      node: `configure one in ${configurationOf(request)}: useManagedIdentityExtension, aadClientSecret, aadClientCertPath or aadFederatedTokenFile`,
    },
  };
}
