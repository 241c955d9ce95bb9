import {
  type Answer,
  type Context,
  CredentialError,
  type CredentialProvider,
  type CredentialProviderRequest,
  UnsupportedRegistryError,
  VERSION,
} from "@imagecred/protocol";
import { exchange } from "./exchange.ts";
import { identify } from "./identity.ts";
import { universeFor } from "./mirrors.ts";
import { type GcrOptions, parseOptions, USAGE } from "./options.ts";
import { hostForms } from "./registry.ts";
import { DEFAULT_UNIVERSE, type Universe } from "./universe.ts";

/** Image credentials for Google Artifact Registry and gcr.io. */
export const gcr: CredentialProvider<GcrOptions> = {
  name: "gcr-credential-provider",
  version: VERSION,
  usage: USAGE,
  options: parseOptions,
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
  const universe = universeOfImage(request, options);
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

/** @throws {UnsupportedRegistryError} before anybody was asked for anything */
function universeOfImage({ image }: CredentialProviderRequest, options: GcrOptions): Universe {
  const universe = universeFor(image, options.mirrors, options.universe);
  if (universe === undefined) {
    const forms = hostForms(options.universe ?? DEFAULT_UNIVERSE).join(", ");
    throw new UnsupportedRegistryError(
      `${image.registry} is not a Google registry, so it gets no Google credential; narrow this provider's matchImages to ${forms}, or opt a mirror in with --registry ${image.registry}=gcr.io`,
    );
  }
  if (options.universe !== undefined && options.universe.domain !== universe.domain) {
    throw new UnsupportedRegistryError(
      `${image.registry} belongs to the universe ${universe.domain}, and a credential of ${options.universe.domain} stays there; give each universe a provider of its own, with its own matchImages`,
    );
  }
  return universe;
}
