import { CredentialError, type Environment, type IdentitySource } from "@imagecred/protocol";
import { type AwsCredentials, credentialsOf } from "./credentials.ts";

/**
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary credentials, AWS_SESSION_TOKEN. AWS's SDK for Go also reads
 * AWS_ACCESS_KEY and AWS_SECRET_KEY (config/env_config.go), and so does its plugin. Spaces and line breaks around a value
 * are ignored: YAML block scalars add them.
 */
export function environmentKeys(env: Environment): IdentitySource<AwsCredentials> {
  return {
    name: "environment variables",
    async find() {
      const value = (name: string) => env[name]?.trim() || undefined;
      const accessKeyId = value("AWS_ACCESS_KEY_ID") ?? value("AWS_ACCESS_KEY");
      const secretAccessKey = value("AWS_SECRET_ACCESS_KEY") ?? value("AWS_SECRET_KEY");
      const sessionToken = value("AWS_SESSION_TOKEN");
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
        identity: credentialsOf({ accessKeyId, secretAccessKey, sessionToken }, "the environment"),
        principal: `access key ${accessKeyId} of the environment`,
      };
    },
  };
}
