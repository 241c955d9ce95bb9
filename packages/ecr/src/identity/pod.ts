import { type Context, CredentialError, type IdentitySource, type Secret } from "@imagecred/protocol";
import type { AwsCredentials } from "../aws-credentials.ts";
import { ROLE_ANNOTATION } from "../facts.ts";
import type { EcrOptions } from "../options.ts";
import { isRoleArn } from "../role.ts";
import type { StsSettings } from "./sts-settings.ts";

export interface PodRequest {
  readonly token: Secret;
  readonly annotations: Readonly<Record<string, string>>;
  readonly options: EcrOptions;
  readonly sts: StsSettings;
  readonly context: Context;
}

/** The pod's own identity: its service account's token, exchanged at STS for the role that the annotation names. */
export function podIdentity({
  token,
  annotations,
  options,
  sts,
  context,
}: PodRequest): IdentitySource<AwsCredentials> {
  return {
    name: "service account token",
    async find() {
      const roleArn = roleOf(annotations[ROLE_ANNOTATION], options.podRoleArn);
      const { assumeRoleWithWebIdentity } = await import("./sts.ts");
      const identity = await assumeRoleWithWebIdentity(
        { roleArn, sessionName: options.sessionName, token, tokenIs: "the pod's service account token" },
        sts,
        context,
      );
      return { identity, principal: `${roleArn} for the pod's service account` };
    },
  };
}

function roleOf(annotation: string | undefined, fromEnvironment: string | undefined): string {
  const roleArn = annotation ?? fromEnvironment;
  if (roleArn === undefined) {
    throw new CredentialError({
      action: "using the pod's identity",
      reason: `the request has a service account token, but no annotation ${ROLE_ANNOTATION}`,
      advice: `annotate the service account and list the annotation in the provider's tokenAttributes, or set AWS_ECR_ROLE_ARN; --identity node or --identity-fallback node uses the node's identity`,
    });
  }
  if (isRoleArn(roleArn)) return roleArn;
  throw new CredentialError({
    action: "using the pod's identity",
    reason: `the annotation ${ROLE_ANNOTATION} is ${JSON.stringify(roleArn.slice(0, 100))}, which is not the ARN of a role`,
    advice: "write it as arn:aws:iam::123456789012:role/name",
  });
}
