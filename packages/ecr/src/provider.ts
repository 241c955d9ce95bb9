import {
  anonymousResponse,
  type CredentialProvider,
  registryOrImage,
  settingsFor,
  VERSION,
  withIdentity,
} from "@imagecred/protocol";
import { exchange } from "./exchange.ts";
import { identities, rolesFor, withRoles } from "./identities.ts";
import { resolveRegistry } from "./mirrors.ts";
import { type EcrOptions, NAME, parseOptions, USAGE } from "./options.ts";

/** The plugin for Amazon ECR and Amazon ECR Public. */
export const ecr: CredentialProvider<EcrOptions> = {
  name: NAME,
  version: VERSION,
  usage: USAGE,
  async options(invocation) {
    const options = parseOptions(invocation);
    const { identitiesFile: path } = options;
    if (path === undefined) return options;
    const { loadIdentityMap } = await import("./identity-map.ts");
    return { ...options, identities: await loadIdentityMap(path, invocation) };
  },
  async credential(request, given, context) {
    const settings = settingsFor(request.image, given, given.identities);
    if (settings.anonymous) return anonymousResponse(request.image, settings);
    const { options } = settings;
    const { registry, mirror } = resolveRegistry(request.image, options.mirrors);
    // Before anything is sent: this throws if the registry's name lacks the value of a placeholder.
    const roles = rolesFor(registry, options, settings.target.registry);
    const choice = {
      request,
      policy: options.identity,
      mirrored: mirror !== undefined && !settings.asPod,
      ...identities(registry, request, options, context),
    };
    return await withIdentity(choice, context, async (found) => {
      const signer = withRoles(found, roles, registry, options, context);
      const { login, expiresAt } = await exchange(registry, signer, options, context);
      const key = mirror?.mirror ?? request.image.registry;
      return {
        cacheKeyType: registryOrImage(settings),
        auth: { [key]: login },
        expiresAt,
      };
    });
  },
};
