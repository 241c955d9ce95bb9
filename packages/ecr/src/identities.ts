import type { AwsCredentials } from "@imagecred/identities/aws";
import type { Context, CredentialProviderRequest, Found, IdentityChoice } from "@imagecred/protocol";
import { ROLE_ANNOTATION } from "./identity/annotations.ts";
import { nodeSources, PULL_POLICY } from "./identity/node.ts";
import { podSource } from "./identity/pod.ts";
import { stsSettings } from "./identity/sts-settings.ts";
import type { EcrOptions } from "./options.ts";
import type { Registry } from "./registry.ts";
import { roleFor } from "./role.ts";

/** The AWS identities for a request. */
export function identities(
  registry: Registry,
  { image, serviceAccountAnnotations: annotations }: CredentialProviderRequest,
  options: EcrOptions,
  context: Context,
): Pick<IdentityChoice<AwsCredentials>, "pod" | "node" | "advice"> {
  const sts = stsSettings(registry, options);
  return {
    pod: (token) =>
      podSource({
        token,
        annotations,
        options,
        sts,
        context,
        configuredRole: () => options.podRoleArn && roleFor(options.podRoleArn, registry, image.registry),
      }),
    node: () => nodeSources({ registry, image: image.registry, options, sts, context }),
    advice: {
      pod: `annotate the service account with ${ROLE_ANNOTATION} and list the annotation in the provider's tokenAttributes, or set AWS_ECR_ROLE_ARN`,
      node: `give the node an instance profile with ${PULL_POLICY}, or the plugin credentials in its env; outside AWS, set --node-identity`,
    },
  };
}

/** A role to assume for a registry. */
export interface Role {
  readonly roleArn: string;
  readonly externalId: string | undefined;
  /** The setting, for the log. */
  readonly from: string;
}

/**
 * The roles to assume, in order, for registries of other accounts.
 * @throws {OptionsError} if the registry's name lacks the value of a placeholder
 */
export function rolesFor(registry: Registry, { roles }: EcrOptions, image: string): readonly Role[] {
  return roles.map(({ roleArn, externalId }) => ({
    roleArn: roleFor(roleArn, registry, image),
    externalId,
    from: roleArn.from,
  }));
}

/** Assumes the roles, in order, with the identity found. */
export async function withRoles(
  found: Promise<Found<AwsCredentials>>,
  roles: readonly Role[],
  registry: Registry,
  options: EcrOptions,
  context: Context,
): Promise<Found<AwsCredentials>> {
  let caller = await found;
  if (roles.length === 0) return caller;
  const { assumeRole } = await import("@imagecred/identities/aws/sts");
  const sts = stsSettings(registry, options);
  for (const { roleArn, externalId, from } of roles) {
    const { identity: credentials, principal } = caller;
    const role = { roleArn, externalId, sessionName: options.sessionName, credentials, principal };
    caller = { identity: await assumeRole(role, sts, context), principal: roleArn };
    context.log.info("identity", { source: from, principal: roleArn });
  }
  return caller;
}
