import { CredentialError, type Environment, type IdentitySource, textAt } from "@imagecred/protocol";
import { type AwsCredentials, credentialsOf } from "./credentials.ts";

/** AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary credentials, AWS_SESSION_TOKEN. */
export function environmentKeys(env: Environment): IdentitySource<AwsCredentials> {
  return {
    name: "environment variables",
    async find() {
      const accessKeyId = textAt(env["AWS_ACCESS_KEY_ID"]);
      const secretAccessKey = textAt(env["AWS_SECRET_ACCESS_KEY"]);
      if (accessKeyId === undefined && secretAccessKey === undefined) {
        return { unavailable: "AWS_ACCESS_KEY_ID is not set" };
      }
      if (accessKeyId === undefined || secretAccessKey === undefined) {
        const [there, missing] =
          accessKeyId === undefined
            ? ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"]
            : ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        throw new CredentialError({
          action: "reading AWS credentials from the environment",
          reason: `${there} is set and ${missing} is not`,
          advice: "set both or neither",
        });
      }
      return {
        identity: credentialsOf(accessKeyId, secretAccessKey, textAt(env["AWS_SESSION_TOKEN"])),
        principal: `access key ${accessKeyId} of the environment`,
      };
    },
  };
}
