import { type AwsCredentials, awsIdentities } from "@imagecred/identities/aws";
import type { Context, CredentialProviderRequest, Found, IdentityChoice } from "@imagecred/protocol";
import { ROLE_ANNOTATION } from "./identity/annotations.ts";
import { podSource } from "./identity/pod.ts";
import { stsSettings } from "./identity/sts-settings.ts";
import type { EcrOptions } from "./options.ts";
import type { Registry } from "./registry.ts";

/** What a role needs to pull. */
const PULL_POLICY = "AmazonEC2ContainerRegistryPullOnly";

/** The AWS identities that there are for a request. */
export function identities(
  registry: Registry,
  { serviceAccountAnnotations: annotations }: CredentialProviderRequest,
  options: EcrOptions,
  context: Context,
): Pick<IdentityChoice<AwsCredentials>, "pod" | "node" | "advice"> {
  const sts = stsSettings(registry, options);
  return {
    pod: (token) => podSource({ token, annotations, options, sts, context }),
    node: () =>
      awsIdentities({
        sessionName: options.sessionName,
        sts,
        roleNeeds: `the policy ${PULL_POLICY}`,
        context,
      }),
    advice: {
      pod: `annotate the service account with ${ROLE_ANNOTATION} and list the annotation in the provider's tokenAttributes, or set AWS_ECR_ROLE_ARN`,
      node: `give the node an instance profile with ${PULL_POLICY}, or the plugin credentials in its env`,
    },
  };
}

/** `--role-arn`: one more role, for registries of another account. */
export async function withChainedRole(
  found: Promise<Found<AwsCredentials>>,
  registry: Registry,
  options: EcrOptions,
  context: Context,
): Promise<Found<AwsCredentials>> {
  const { roleArn, sessionName } = options;
  const { identity: credentials, principal } = await found;
  if (roleArn === undefined) return { identity: credentials, principal };
  const { assumeRole } = await import("@imagecred/identities/aws/sts");
  const role = { roleArn, sessionName, credentials, principal };
  const identity = await assumeRole(role, stsSettings(registry, options), context);
  context.log.info("identity", { source: "--role-arn", principal: roleArn });
  return { identity, principal: roleArn };
}
