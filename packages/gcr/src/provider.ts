import {
  type Answer,
  type Context,
  CredentialError,
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
  async credential(request, options, context): Promise<Answer> {
    try {
      return await credential(request, options, context);
    } catch (error) {
      throw error instanceof CredentialError ? named(error, request.image.registry) : error;
    }
  },
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

/** Whoever reads the line wants to know first for which registry, and most of what fails is not about one. */
function named(error: CredentialError, registry: string): CredentialError {
  const { action, reason, advice, cause } = error;
  return new CredentialError({
    action: action.includes(registry) ? action : `for ${registry}, ${action}`,
    reason,
    ...(advice === undefined ? {} : { advice }),
    cause,
  });
}
