import {
  type Answer,
  type Context,
  type CredentialProvider,
  type CredentialProviderRequest,
  VERSION,
  warnOfIgnoredFlags,
} from "@imagecred/protocol";
import { exchange } from "./exchange.ts";
import { identify } from "./identity.ts";
import { resolveRegistry } from "./mirrors.ts";
import { type GcrOptions, parseOptions, USAGE } from "./options.ts";

/** Image credentials for Google Artifact Registry and gcr.io. */
export const gcr: CredentialProvider<GcrOptions> = {
  name: "gcr-credential-provider",
  version: VERSION,
  usage: USAGE,
  options(invocation) {
    const options = parseOptions(invocation);
    warnOfIgnoredFlags(options, invocation.log);
    return options;
  },
  credential,
};

async function credential(
  request: CredentialProviderRequest,
  options: GcrOptions,
  context: Context,
): Promise<Answer> {
  if (options.authFlow !== "gcr") {
    const { dockercfgAnswer } = await import("./dockercfg.ts");
    return await dockercfgAnswer(request, options, context);
  }
  const { universe } = resolveRegistry(request.image, options.mirrors, options.universe);
  const identity = await identify(request, universe, options, context);
  return exchange(identity, universe, request, options);
}
