import {
  anonymousResponse,
  type CacheKeyType,
  type Context,
  type CredentialProvider,
  type CredentialProviderRequest,
  connectMeanwhile,
  type Found,
  type ImageSettings,
  registryOrImage,
  settingsFor,
  VERSION,
  warnAboutIgnoredFlags,
  withIdentity,
} from "@imagecred/protocol";
import { exchange } from "./exchange.ts";
import { identities } from "./identities.ts";
import type { AccessToken } from "./identity/access-token.ts";
import { mirrorsOf, resolveRegistry } from "./mirrors.ts";
import { type GcrOptions, NAME, parseOptions, USAGE } from "./options.ts";
import { nodeKeys } from "./registry.ts";
import { accountFor, decidedBy } from "./service-account.ts";
import type { TokenRequest } from "./token-request.ts";
import type { Universe } from "./universe.ts";

/** The plugin for Google Artifact Registry and gcr.io. */
export const gcr: CredentialProvider<GcrOptions> = {
  name: NAME,
  version: VERSION,
  usage: USAGE,
  async options(invocation) {
    const options = parseOptions(invocation);
    warnAboutIgnoredFlags(options, invocation.log);
    const { identitiesFile: path } = options;
    if (path === undefined) return options;
    const { loadIdentityMap } = await import("./identity-map.ts");
    return { ...options, identities: await loadIdentityMap(path, options, invocation) };
  },
  async credential(request, given, context) {
    const settings = settingsFor(request.image, given, given.identities);
    if (settings.anonymous) return anonymousResponse(request.image, settings);
    const { options, target } = settings;
    if (options.authFlow !== "gcr") {
      const { dockercfgResponse } = await import("./dockercfg.ts");
      return await dockercfgResponse(request, options, context);
    }
    const { universe, mirror } = resolveRegistry(request.image, options.mirrors, options.universe);
    const { impersonate: account } = options;
    const email = account && accountFor(account, target, universe);
    const token = tokenRequest(request, universe, options, context);
    const choice = {
      request,
      policy: options.identity,
      mirrored: mirror !== undefined && !settings.asPod,
      ...identities(token),
    };
    return await withIdentity(choice, context, async (found, use) => {
      const { identity } = email === undefined ? await found : await impersonated(email, found, token);
      const { login, expiresAt } = exchange(identity);
      const cacheKeyType = use === "pod" ? keyTypeByImage(settings) : keyTypeOfNode(settings);
      const keys = cacheKeyType === "Global" ? keysOfNode(universe, options) : [request.image.registry];
      return { cacheKeyType, auth: Object.fromEntries(keys.map((key) => [key, login])), expiresAt };
    });
  },
};

/** The cache key type of a response whose identity depends on the image's registry or path. */
function keyTypeByImage(settings: ImageSettings<GcrOptions>): CacheKeyType {
  const { impersonate } = settings.options;
  return impersonate !== undefined && decidedBy(impersonate) === "path" ? "Image" : registryOrImage(settings);
}

/** The cache key type of the node's identity, which is the same for all images unless the settings depend on the image. */
function keyTypeOfNode(settings: ImageSettings<GcrOptions>): CacheKeyType {
  const { identities: map, impersonate } = settings.options;
  const same = map === undefined && (impersonate === undefined || decidedBy(impersonate) === "nothing");
  return same ? "Global" : keyTypeByImage(settings);
}

/** Impersonates a service account with the identity found. */
async function impersonated(
  email: string,
  found: Promise<Found<AccessToken>>,
  request: TokenRequest,
): Promise<Found<AccessToken>> {
  // Prevents an unhandled rejection: it may fail before the code that awaits it is loaded.
  found.catch(() => {});
  const { generateAccessToken, iamCredentialsUrl, impersonate } = await import("./identity/impersonation.ts");
  const api = iamCredentialsUrl(request);
  await connectMeanwhile(request.context.http, api, found);
  const { identity, principal } = await found;
  const url = api + generateAccessToken(email);
  const { log } = request.context;
  const token = await impersonate({ url, email }, identity, request);
  log.info("identity", { source: "impersonation", principal: email });
  return { identity: token, principal: `${email} by ${principal}` };
}

/**
 * The node's token is for all images, so the response has a key for every host that this provider accepts: the kubelet then
 * does not run the plugin again for the other hosts.
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
