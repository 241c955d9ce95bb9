import type { Context, IdentitySource } from "@imagecred/protocol";
import type { AwsCredentials } from "../aws-credentials.ts";
import type { EcrOptions } from "../options.ts";
import { containerCredentials } from "./container.ts";
import { environmentKeys } from "./environment.ts";
import { instanceMetadata } from "./instance-metadata.ts";
import { profileCredentials } from "./profile.ts";
import type { StsSettings } from "./sts-settings.ts";
import { webIdentityFile } from "./web-identity-file.ts";

/** The node's identities: the default chain of AWS's SDKs. */
export function nodeSources(
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
