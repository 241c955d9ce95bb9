import { type AwsCredentials, awsIdentities, type StsSettings } from "@imagecred/identities/aws";
import { endpointIn } from "@imagecred/identities/aws/facts";
import type { Context, IdentitySource } from "@imagecred/protocol";
import type { EcrOptions } from "../options.ts";
import type { Registry } from "../registry.ts";
import { roleFor } from "../role.ts";

/** The policy that a role needs to pull. */
export const PULL_POLICY = "AmazonEC2ContainerRegistryPullOnly";

/** A request for the node's identity. */
export interface NodeRequest {
  readonly registry: Registry;
  /** The image's registry as written, for messages. */
  readonly image: string;
  readonly options: EcrOptions;
  readonly sts: StsSettings;
  readonly context: Context;
}

/** The sources of the node's identity: the default chain of AWS's SDKs, or the identity of `--node-identity`. */
export function nodeSources(request: NodeRequest): readonly IdentitySource<AwsCredentials>[] {
  const { registry, image, options, sts, context } = request;
  const { node, sessionName, profile } = options;
  switch (node.kind) {
    case "own":
      return awsIdentities({ sessionName, profile, sts, roleNeeds: `the policy ${PULL_POLICY}`, context });
    case "web-identity":
      return [
        {
          name: `--node-identity ${node.identity.kind}`,
          async find() {
            const { findInOtherCloud } = await import("./other-cloud.ts");
            const roleArn = roleFor(node.roleArn, registry, image);
            return await findInOtherCloud(node, roleArn, sessionName, sts, context);
          },
        },
      ];
    case "roles-anywhere":
      return [
        {
          name: "IAM Roles Anywhere",
          async find() {
            const { rolesAnywhere } = await import("@imagecred/identities/aws/roles-anywhere");
            const roleArn = roleFor(node.roleArn, registry, image);
            const endpoint = { ...sts.endpoint, url: endpointIn(context.env, "ROLESANYWHERE") };
            return await rolesAnywhere({ ...node, roleArn, endpoint }, context);
          },
        },
      ];
  }
}
