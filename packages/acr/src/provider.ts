import {
  ANONYMOUS,
  type AuthConfig,
  anonymousResponse,
  type Context,
  type CredentialProvider,
  connectMeanwhile,
  registryOrImage,
  settingsFor,
  VERSION,
  withIdentity,
} from "@imagecred/protocol";
import type { AzureCloud } from "./clouds.ts";
import { exchange, exchangeUrl } from "./exchange.ts";
import { identities } from "./identities.ts";
import { type ResolvedRegistry, resolveRegistry } from "./mirrors.ts";
import { NAME, USAGE } from "./options/arguments.ts";
import { type AcrOptions, parseOptions, withTenant } from "./options.ts";
import { tenantFor } from "./tenant.ts";

/** The plugin for Azure Container Registry. */
export const acr: CredentialProvider<AcrOptions> = {
  name: NAME,
  version: VERSION,
  usage: USAGE,
  async options(invocation) {
    const options = await parseOptions(invocation);
    const { identitiesFile: path } = options;
    if (path === undefined) return options;
    const { loadIdentityMap } = await import("./identity-map.ts");
    return { ...options, identities: await loadIdentityMap(path, invocation) };
  },
  async credential(request, given, context) {
    const settings = settingsFor(request.image, given, given.identities);
    if (settings.anonymous) return anonymousResponse(request.image, settings);
    const cloud = await resolveCloud(settings.options, context);
    const resolved = resolveRegistry(request.image, given.mirrors, cloud);
    const { registry, mirror } = resolved;
    const { tenant } = settings.options;
    const options =
      tenant === undefined ? settings.options : withTenant(settings.options, tenantFor(tenant, registry));
    const choice = {
      request,
      policy: options.identity,
      mirrored: mirror !== undefined && !settings.asPod,
      ...identities(request, { cloud, options, context }),
    };
    return await withIdentity(choice, context, async (found) => {
      await connectMeanwhile(context.http, exchangeUrl(registry), found);
      const { identity } = await found;
      const { login, expiresAt } = await exchange(registry, identity, options.userAgent, context);
      const keys = mirror === undefined ? [request.image.registry] : [mirror.mirror, mirror.target];
      return {
        cacheKeyType: registryOrImage(settings),
        auth: {
          ...Object.fromEntries(keys.map((key): [string, AuthConfig] => [key, login])),
          ...(options.anonymousSecondTry
            ? { [anonymousKey(resolved, request.image.registry)]: ANONYMOUS }
            : {}),
        },
        expiresAt,
      };
    });
  },
};

async function resolveCloud({ cloud }: AcrOptions, context: Context): Promise<AzureCloud> {
  if (cloud.kind === "known") return cloud.cloud;
  const { discoverCloud } = await import("./cloud-discovery.ts");
  return await discoverCloud(cloud, context);
}

/**
 * A key that the kubelet tries after the registry's own, for any registry of the same kind and cloud: `*.azurecr.io`. It
 * needs as many labels as the image, and the same port.
 */
function anonymousKey({ registry: { host }, mirror }: ResolvedRegistry, imageRegistry: string): string {
  const port = /:[0-9]+(?=\/|$)/.exec(mirror?.target ?? imageRegistry)?.[0] ?? "";
  return `*${host.slice(host.indexOf("."))}${port}`;
}
