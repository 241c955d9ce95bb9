import type { AwsCredentials, StsSettings } from "@imagecred/identities/aws";
import { isRoleArn } from "@imagecred/identities/aws/facts";
import { type Context, CredentialError, type IdentitySource, type Secret } from "@imagecred/protocol";
import type { EcrOptions } from "../options.ts";
import { ROLE_ANNOTATION } from "./annotations.ts";

export interface PodRequest {
  readonly token: Secret;
  readonly annotations: Readonly<Record<string, string>>;
  /** The role where the service account names none; it throws an OptionsError where that cannot be told. */
  readonly configuredRole: () => string | undefined;
  readonly options: EcrOptions;
  readonly sts: StsSettings;
  readonly context: Context;
}

/** The pod's own identity: its service account token, exchanged at STS for the role that the annotation names. */
export function podSource({
  token,
  annotations,
  configuredRole,
  options,
  sts,
  context,
}: PodRequest): IdentitySource<AwsCredentials> {
  return {
    name: "service account token",
    async find() {
      const roleArn = annotations[ROLE_ANNOTATION] ?? configuredRole();
      if (roleArn === undefined) {
        return { unavailable: `no annotation ${ROLE_ANNOTATION}, or the kubelet does not pass it` };
      }
      // As in the Go plugin, where it also outweighs AWS_ECR_ROLE_ARN.
      if (roleArn === "") return { unavailable: `the annotation ${ROLE_ANNOTATION} is empty` };
      if (!isRoleArn(roleArn)) throw notARole(roleArn);
      const { assumeRoleWithWebIdentity } = await import("@imagecred/identities/aws/sts");
      const identity = await assumeRoleWithWebIdentity(
        { roleArn, sessionName: options.sessionName, token, tokenIs: "the pod's service account token" },
        sts,
        context,
      );
      return { identity, principal: `${roleArn} for the pod's service account` };
    },
  };
}

function notARole(annotation: string): CredentialError {
  return new CredentialError({
    action: "using the pod's identity",
    reason: `the annotation ${ROLE_ANNOTATION} is ${JSON.stringify(annotation.slice(0, 100))}, which is not the ARN of a role`,
    advice: "write it as arn:aws:iam::123456789012:role/name",
    failure: "misconfigured",
  });
}
