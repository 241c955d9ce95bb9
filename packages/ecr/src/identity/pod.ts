import type { AwsCredentials, StsSettings } from "@imagecred/identities/aws";
import { isRoleArn } from "@imagecred/identities/aws/facts";
import { type Context, CredentialError, type IdentitySource, type Secret } from "@imagecred/protocol";
import type { EcrOptions } from "../options.ts";
import { ROLE_ANNOTATION, roleAnnotationIn } from "./annotations.ts";

/** A request for the pod's identity. */
export interface PodRequest {
  readonly token: Secret;
  readonly annotations: Readonly<Record<string, string>>;
  /** The role for service accounts without an annotation. @throws {OptionsError} if the role's ARN lacks a value */
  readonly configuredRole: () => string | undefined;
  readonly options: EcrOptions;
  readonly sts: StsSettings;
  readonly context: Context;
}

/** The pod's own identity: exchanges its service account token at STS for the annotation's role. */
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
      const key = roleAnnotationIn(annotations);
      const roleArn = key === undefined ? configuredRole() : annotations[key];
      if (roleArn === undefined) {
        return { unavailable: `no annotation ${ROLE_ANNOTATION}, or the kubelet does not pass it` };
      }
      // As in the Go plugin, it also overrides AWS_ECR_ROLE_ARN.
      if (roleArn === "") return { unavailable: `the annotation ${key} is empty` };
      if (!isRoleArn(roleArn)) throw notARole(key ?? ROLE_ANNOTATION, roleArn);
      const [{ assumeRoleWithWebIdentity }, { requireAudience }] = await Promise.all([
        import("@imagecred/identities/aws/sts"),
        import("@imagecred/identities/audience"),
      ]);
      requireAudience(token, "aws", "sts.amazonaws.com");
      const identity = await assumeRoleWithWebIdentity(
        { roleArn, sessionName: options.sessionName, token, tokenName: "the pod's service account token" },
        sts,
        context,
      );
      return { identity, principal: `${roleArn} for the pod's service account` };
    },
  };
}

function notARole(key: string, annotation: string): CredentialError {
  return new CredentialError({
    action: "using the pod's identity",
    reason: `the annotation ${key} is ${JSON.stringify(annotation.slice(0, 100))}, which is not the ARN of a role`,
    advice: "write it as arn:aws:iam::123456789012:role/name",
    failure: "misconfigured",
  });
}
