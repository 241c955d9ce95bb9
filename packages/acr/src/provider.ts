import {
  ANONYMOUS,
  type Answer,
  type AuthConfig,
  type Context,
  type CredentialProvider,
  type CredentialProviderRequest,
  type ImageName,
  OptionsError,
  UnsupportedRegistryError,
  VERSION,
} from "@imagecred/protocol";
import type { AzureCloud } from "./clouds.ts";
import { exchangeToken, exchangeUrl } from "./exchange.ts";
import { findEntraToken } from "./identity.ts";
import { type Mirror, mirrorOf } from "./mirrors.ts";
import { type AcrOptions, parseOptions, USAGE } from "./options.ts";
import { type AcrRegistry, parseAcrHost } from "./registry.ts";

/** The plugin for Azure Container Registry. */
export const acr: CredentialProvider<AcrOptions> = {
  name: "acr-credential-provider",
  version: VERSION,
  usage: USAGE,
  options: parseOptions,
  credential,
};

async function credential(
  request: CredentialProviderRequest,
  options: AcrOptions,
  context: Context,
): Promise<Answer> {
  const { image } = request;
  const cloud = await resolveCloud(options, context);
  const mirror = mirrorOf(image, options.mirrors);
  const registry = mirror === undefined ? registryOf(image, cloud) : targetOf(mirror, cloud);
  // Its TLS is ready by the time that the identity is.
  context.http.preconnect(exchangeUrl(registry));
  const { identity } = await findEntraToken(request, options, cloud, context);
  const { username, password, expiresAt } = await exchangeToken(
    registry,
    identity,
    options.userAgent,
    context,
  );
  const keys = mirror === undefined ? [image.registry] : [mirror.source, mirror.target];
  return {
    // A key with a path is for some of a host's images only, and so is the answer.
    cacheKeyType: keys.some((key) => key.includes("/")) ? "Image" : "Registry",
    auth: {
      ...Object.fromEntries(keys.map((key): [string, AuthConfig] => [key, { username, password }])),
      ...(options.anonymousSecondTry
        ? { [anonymousKey(registry, mirror?.target ?? image.registry)]: ANONYMOUS }
        : {}),
    },
    expiresAt,
  };
}

async function resolveCloud({ cloud }: AcrOptions, context: Context): Promise<AzureCloud> {
  if (cloud.kind === "known") return cloud.cloud;
  const { discoverCloud } = await import("./cloud-discovery.ts");
  return await discoverCloud(cloud, context);
}

function registryOf(image: ImageName, cloud: AzureCloud): AcrRegistry {
  const registry = parseAcrHost(image.host, cloud);
  if (!("reason" in registry)) return registry;
  throw new UnsupportedRegistryError(
    `no credentials for ${image.registry}: it ${registry.reason}; narrow matchImages of acr-credential-provider to *.${cloud.registrySuffix}, or opt a mirror in with --registry ${image.registry}=NAME.${cloud.registrySuffix}`,
  );
}

function targetOf({ source, target, flag }: Mirror, cloud: AzureCloud): AcrRegistry {
  const host = target.split("/")[0]?.replace(/:[0-9]+$/, "") ?? "";
  const registry = parseAcrHost(host, cloud);
  if (!("reason" in registry)) return registry;
  throw new OptionsError(`${flag} leads ${source} to ${target}, but that ${registry.reason}`);
}

/**
 * A key that the kubelet matches after the registry's own, for any registry of the same kind and cloud: `*.azurecr.io`.
 * The kubelet wants as many labels, and the same port, as the image has.
 */
function anonymousKey({ host }: AcrRegistry, registry: string): string {
  const port = /:[0-9]+(?=\/|$)/.exec(registry)?.[0] ?? "";
  return `*${host.slice(host.indexOf("."))}${port}`;
}
