import type { Context, CredentialProviderRequest, IdentityChoice } from "@imagecred/protocol";
import type { AzureCloud } from "./clouds.ts";
import { CLIENT_ID_ANNOTATIONS } from "./identity/annotations.ts";
import { identityBindingSource } from "./identity/identity-bindings.ts";
import { nodeSources } from "./identity/node.ts";
import { podSource } from "./identity/pod.ts";
import type { EntraToken } from "./identity/token.ts";
import type { AcrOptions } from "./options.ts";

/** The identities of Entra ID that there are for a request, as tokens for registries. */
export function identities(
  { serviceAccountAnnotations: annotations }: CredentialProviderRequest,
  options: AcrOptions,
  cloud: AzureCloud,
  context: Context,
): Pick<IdentityChoice<EntraToken>, "pod" | "node" | "advice"> {
  const { identityBindings: bindings } = options;
  return {
    pod: (token) =>
      bindings === undefined
        ? podSource({ token, annotations, options, cloud, context })
        : identityBindingSource({ token, annotations, bindings, context }),
    node: () => nodeSources(options, cloud, context),
    advice: {
      pod: `annotate the service account with ${CLIENT_ID_ANNOTATIONS.join(" or ")}, and list the annotation in optionalServiceAccountAnnotationKeys of this provider's tokenAttributes`,
      node: "configure one in azure.json: useManagedIdentityExtension, aadClientSecret, aadClientCertPath or aadFederatedTokenFile",
    },
  };
}
