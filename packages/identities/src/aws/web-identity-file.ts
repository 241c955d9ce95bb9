import { type Context, CredentialError, type IdentitySource, Secret, textAt } from "@imagecred/protocol";
import type { AwsCredentials } from "./credentials.ts";
import { isRoleArn } from "./role.ts";
import type { StsSettings } from "./sts-endpoint.ts";

/**
 * AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN: exchanges a token in a file at STS for the role (AWS SDKs and Tools
 * reference guide, "Assume role credential provider").
 */
export function webIdentityFile(
  sessionName: string,
  sts: StsSettings,
  context: Context,
): IdentitySource<AwsCredentials> {
  const { env, files } = context;
  return {
    name: "web identity token file",
    async find() {
      const file = textAt(env["AWS_WEB_IDENTITY_TOKEN_FILE"]);
      if (file === undefined) return { unavailable: "AWS_WEB_IDENTITY_TOKEN_FILE is not set" };
      const roleArn = textAt(env["AWS_ROLE_ARN"]);
      if (roleArn === undefined || !isRoleArn(roleArn)) {
        throw new CredentialError({
          action: "using AWS_WEB_IDENTITY_TOKEN_FILE",
          reason:
            roleArn === undefined ? "AWS_ROLE_ARN is not set" : `AWS_ROLE_ARN is ${JSON.stringify(roleArn)}`,
          advice: "set AWS_ROLE_ARN to the ARN of the role to assume with the token",
        });
      }
      const [content, { assumeRoleWithWebIdentity }] = await Promise.all([
        files.readText(file, "web identity token"),
        import("./sts.ts"),
      ]);
      const token = new Secret(content.trim());
      const identity = await assumeRoleWithWebIdentity(
        { roleArn, sessionName, token, tokenName: `the token in ${file}` },
        sts,
        context,
      );
      return { identity, principal: `${roleArn} for the token in ${file}` };
    },
  };
}
