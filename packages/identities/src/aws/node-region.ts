import { type Context, CredentialError } from "@imagecred/protocol";
import { readInstanceMetadata } from "./instance-metadata.ts";
import { regionIn } from "./settings.ts";

/**
 * The region of this node: AWS_REGION, else the region in the instance's metadata.
 * @throws {CredentialError} if neither has it
 */
export async function nodeRegion(context: Context): Promise<string> {
  const configured = regionIn(context.env);
  if (configured !== undefined) return configured;
  const found = await readInstanceMetadata("GetRegion", "/latest/meta-data/placement/region", context);
  if (typeof found === "string" && REGION.test(found)) return found;
  throw new CredentialError({
    action: "finding the AWS region of this node",
    reason:
      typeof found === "string"
        ? `the instance's metadata has ${JSON.stringify(found.slice(0, 60))}`
        : `AWS_REGION is not set, and ${found.unavailable}`,
    advice: "set AWS_REGION in the provider's env",
    failure: "misconfigured",
  });
}

/** Checked because it becomes part of a host's name. */
const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/;
