import { CredentialError, type Environment, type IdentitySource, textAt } from "@imagecred/protocol";
import type { AwsCredentials } from "./credentials.ts";
import type { ProfileChainRequest } from "./profile-chain.ts";

/**
 * A profile of the shared config and credentials files: AWS_PROFILE, else the older AWS_DEFAULT_PROFILE, else `default`
 * (AWS SDKs and Tools reference guide, "Shared config and credentials files"). The parser is loaded only if one of the
 * files exists.
 */
export function profileCredentials(request: ProfileChainRequest): IdentitySource<AwsCredentials> {
  const { env, files } = request.context;
  return {
    name: "profile",
    async find() {
      const profile = textAt(env["AWS_PROFILE"]) ?? textAt(env["AWS_DEFAULT_PROFILE"]);
      // AWS_PROFILE=default does not require the profile: image-builder sets it on every node, and EC2 nodes have none.
      const explicit = profile === "default" ? undefined : profile;
      const paths = pathsOf(env);
      const [config, credentials] = await Promise.all([
        files.readTextIfExists(paths.config, "AWS config file"),
        files.readTextIfExists(paths.credentials, "AWS credentials file"),
      ]);
      if (config === undefined && credentials === undefined) {
        if (explicit === undefined) return { unavailable: `no ${paths.config}` };
        throw new CredentialError({
          action: `using profile ${explicit} (AWS_PROFILE)`,
          reason: `neither ${paths.config} nor ${paths.credentials} exists`,
          advice: "set AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE for the plugin, or unset AWS_PROFILE",
        });
      }
      // Images of AWS's distributions have empty files.
      if (explicit === undefined && !CONTENT.test(config ?? "") && !CONTENT.test(credentials ?? "")) {
        return { unavailable: `no profile in ${paths.config}` };
      }
      const [{ mergeProfiles, parseProfileFile, ProfileSyntaxError }, { followProfile }] = await Promise.all([
        import("./profile-file.ts"),
        import("./profile-chain.ts"),
      ]);
      const read = (content: string | undefined, kind: "config" | "credentials") => {
        try {
          return parseProfileFile(content ?? "", kind);
        } catch (error) {
          if (!(error instanceof ProfileSyntaxError)) throw error;
          throw new CredentialError({
            action: `reading the AWS ${kind} file ${paths[kind]}`,
            reason: `line ${error.line}: ${error.message}`,
            advice: "correct that line",
            cause: error,
          });
        }
      };
      const profiles = mergeProfiles(read(config, "config"), read(credentials, "credentials"));
      return followProfile({
        ...request,
        profiles,
        name: explicit ?? "default",
        explicit: explicit !== undefined,
      });
    },
  };
}

/** A line that is neither blank nor a comment. */
const CONTENT = /^\uFEFF?[ \t]*[^#;\s]/m;

/** The home directory in the variables of older Windows versions. */
function homeOnDrive(env: Environment): string | undefined {
  const [drive, path] = [textAt(env["HOMEDRIVE"]), textAt(env["HOMEPATH"])];
  return drive === undefined || path === undefined ? undefined : drive + path;
}

/** The kubelet runs plugins as root and, under systemd, without HOME. */
function pathsOf(env: Environment): { config: string; credentials: string } {
  const home = textAt(env["HOME"]) ?? textAt(env["USERPROFILE"]) ?? homeOnDrive(env) ?? "/root";
  const path = (variable: string, file: string) =>
    (textAt(env[variable]) ?? `~/.aws/${file}`).replace(/^~(?=\/)/, home);
  return {
    config: path("AWS_CONFIG_FILE", "config"),
    credentials: path("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
  };
}
