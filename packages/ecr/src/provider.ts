import { type CredentialProvider, VERSION, withIdentity } from "@imagecred/protocol";
import { exchange } from "./exchange.ts";
import { identities, withChainedRole } from "./identities.ts";
import { resolveRegistry } from "./mirrors.ts";
import { type EcrOptions, NAME, parseOptions, USAGE } from "./options.ts";

/** The plugin for Amazon ECR and Amazon ECR Public. */
export const ecr: CredentialProvider<EcrOptions> = {
  name: NAME,
  version: VERSION,
  usage: USAGE,
  options: parseOptions,
  async credential(request, options, context) {
    const { registry, mirror } = resolveRegistry(request.image, options.mirrors);
    const choice = {
      request,
      policy: options.identity,
      mirrored: mirror !== undefined,
      ...identities(registry, request, options, context),
    };
    return await withIdentity(choice, context, async (found) => {
      const signer = withChainedRole(found, registry, options, context);
      const { login, expiresAt } = await exchange(registry, signer, options, context);
      const key = mirror?.mirror ?? request.image.registry;
      return {
        // A key with a path is for some of a host's images only, and so is the response.
        cacheKeyType: key.includes("/") ? "Image" : "Registry",
        auth: { [key]: login },
        expiresAt,
      };
    });
  },
};
