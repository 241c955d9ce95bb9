import {
  type Context,
  type CredentialProviderRequest,
  findIdentity,
  type IdentityPlan,
  type IdentitySource,
} from "@imagecred/protocol";
import type { AwsCredentials } from "./aws-credentials.ts";
import type { Caller } from "./exchange/private.ts";
import { containerCredentials } from "./identity/container.ts";
import { environmentKeys } from "./identity/environment.ts";
import { instanceMetadata } from "./identity/instance-metadata.ts";
import { podIdentity } from "./identity/pod.ts";
import { profileCredentials } from "./identity/profile.ts";
import { type StsSettings, stsSettings } from "./identity/sts-settings.ts";
import { webIdentityFile } from "./identity/web-identity-file.ts";
import type { EcrOptions } from "./options.ts";
import type { Registry } from "./registry.ts";

/**
 * Finds out who asks: the pod or the node, as planned, and then the role that the operator wants assumed on top.
 * @throws {CredentialError}
 */
export async function findCaller(
  plan: IdentityPlan,
  request: CredentialProviderRequest,
  registry: Registry,
  options: EcrOptions,
  context: Context,
): Promise<Caller> {
  const sts = stsSettings(registry, options);
  const sources =
    plan.use === "pod"
      ? [
          podIdentity({
            token: plan.token,
            annotations: request.serviceAccountAnnotations,
            options,
            sts,
            context,
          }),
        ]
      : nodeSources(options, sts, context);
  const found = await findIdentity(sources, request.image.registry, context.log, NOBODY);
  return options.roleArn === undefined ? found : chained(found, options.roleArn, options, sts, context);
}

const NOBODY =
  "give the node an instance profile with AmazonEC2ContainerRegistryPullOnly, or the plugin credentials in its env";

/** The default chain of AWS's SDKs. */
function nodeSources(
  { sessionName }: EcrOptions,
  sts: StsSettings,
  context: Context,
): readonly IdentitySource<AwsCredentials>[] {
  return [
    environmentKeys(context.env),
    profileCredentials(sessionName, sts, context),
    webIdentityFile(sessionName, sts, context),
    containerCredentials(context),
    instanceMetadata(context),
  ];
}

/** `--role-arn`: one more role, for registries of another account. */
async function chained(
  { identity, principal }: Caller,
  roleArn: string,
  { sessionName }: EcrOptions,
  sts: StsSettings,
  context: Context,
): Promise<Caller> {
  const { assumeRole } = await import("./identity/sts.ts");
  const chainedIdentity = await assumeRole(
    { roleArn, sessionName, credentials: identity, principal },
    sts,
    context,
  );
  context.log.info("identity", { source: "--role-arn", principal: roleArn });
  return { identity: chainedIdentity, principal: roleArn };
}
