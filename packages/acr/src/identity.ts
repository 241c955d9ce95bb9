import {
  type ChainResult,
  type Context,
  type CredentialProviderRequest,
  findIdentity,
  orNext,
  planIdentity,
} from "@imagecred/protocol";
import type { AzureCloud } from "./clouds.ts";
import { identityBindingSource } from "./identity/identity-bindings.ts";
import { nodeSources } from "./identity/node.ts";
import { podSource } from "./identity/pod.ts";
import type { EntraToken } from "./identity/token.ts";
import type { AcrOptions } from "./options.ts";

/**
 * Who we are for this request, as a token of Entra ID for registries: the pod when the request carries its service account
 * token, else the node; `--identity` and `--identity-fallback` say otherwise.
 * @throws {CredentialError}
 */
export async function findEntraToken(
  request: CredentialProviderRequest,
  options: AcrOptions,
  cloud: AzureCloud,
  context: Context,
): Promise<ChainResult<EntraToken>> {
  const plan = planIdentity(request, options.identity);
  const node = nodeSources(options, cloud, context);
  if (plan.use === "node") return await findIdentity(node, request.image.registry, context.log, NODE_ADVICE);
  const { token, fallbackToNode } = plan;
  const annotations = request.serviceAccountAnnotations;
  const pod =
    options.identityBindings === undefined
      ? podSource(token, annotations, options, cloud, context)
      : identityBindingSource(token, annotations, options.identityBindings, context);
  const sources = fallbackToNode ? [orNext(pod), ...node] : [pod];
  return await findIdentity(sources, request.image.registry, context.log, NODE_ADVICE);
}

const NODE_ADVICE =
  "configure one in azure.json: useManagedIdentityExtension, aadClientSecret, aadClientCertPath or aadFederatedTokenFile";
