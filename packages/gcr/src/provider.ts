import {
  type Context,
  type CredentialProvider,
  type CredentialProviderRequest,
  VERSION,
  warnOfIgnoredFlags,
  withIdentity,
} from "@imagecred/protocol";
import { exchange } from "./exchange.ts";
import { identities } from "./identities.ts";
import { mirrorsOf, resolveRegistry } from "./mirrors.ts";
import { type GcrOptions, NAME, parseOptions, USAGE } from "./options.ts";
import { nodeKeys } from "./registry.ts";
import type { Universe } from "./universe.ts";

/** The plugin for Google Artifact Registry and gcr.io. */
export const gcr: CredentialProvider<GcrOptions> = {
  name: NAME,
  version: VERSION,
  usage: USAGE,
  options(invocation) {
    const options = parseOptions(invocation);
    warnOfIgnoredFlags(options, invocation.log);
    return options;
  },
  async credential(request, options, context) {
    if (options.authFlow !== "gcr") {
      const { dockercfgAnswer } = await import("./dockercfg.ts");
      return await dockercfgAnswer(request, options, context);
    }
    const { universe, mirror } = resolveRegistry(request.image, options.mirrors, options.universe);
    const choice = {
      request,
      policy: options.identity,
      mirrored: mirror !== undefined,
      ...identities(tokenRequest(request, universe, options, context)),
    };
    return await withIdentity(choice, context, async (found, use) => {
      const { login, expiresAt } = exchange((await found).identity);
      const keys = use === "pod" ? [request.image.registry] : keysOfNode(universe, options);
      return {
        cacheKeyType: use === "pod" ? "Registry" : "Global",
        auth: Object.fromEntries(keys.map((key) => [key, login])),
        expiresAt,
      };
    });
  },
};

/**
 * The node's token serves every image, so the response has a key for every host that this provider accepts: the kubelet
 * then runs the plugin for none of them again.
 */
function keysOfNode(universe: Universe, { mirrors, universe: named }: GcrOptions): readonly string[] {
  return [...nodeKeys(universe), ...mirrorsOf(universe, mirrors, named).map(({ mirror }) => mirror)];
}

function tokenRequest(
  { image: { registry }, serviceAccountAnnotations }: CredentialProviderRequest,
  universe: Universe,
  options: GcrOptions,
  context: Context,
) {
  return { registry, serviceAccountAnnotations, universe, options, context };
}
