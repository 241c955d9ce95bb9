import {
  ANONYMOUS,
  type Answer,
  type AuthConfig,
  type Context,
  type CredentialProvider,
  type CredentialProviderRequest,
  VERSION,
} from "@imagecred/protocol";
import type { AzureCloud } from "./clouds.ts";
import { exchangeToken, exchangeUrl } from "./exchange.ts";
import { findEntraToken } from "./identity.ts";
import { resolveRegistry } from "./mirrors.ts";
import { USAGE } from "./options/arguments.ts";
import { type AcrOptions, parseOptions } from "./options.ts";
import type { AcrRegistry } from "./registry.ts";

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
  const { registry, mirror } = resolveRegistry(image, options.mirrors, cloud);
  // Its TLS is ready by the time that the identity is.
  context.http.preconnect(exchangeUrl(registry));
  const { identity } = await findEntraToken(request, options, cloud, context);
  const { username, password, expiresAt } = await exchangeToken(
    registry,
    identity,
    options.userAgent,
    context,
  );
  const keys = mirror === undefined ? [image.registry] : [mirror.mirror, mirror.target];
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

/**
 * A key that the kubelet matches after the registry's own, for any registry of the same kind and cloud: `*.azurecr.io`.
 * The kubelet wants as many labels, and the same port, as the image has.
 */
function anonymousKey({ host }: AcrRegistry, registry: string): string {
  const port = /:[0-9]+(?=\/|$)/.exec(registry)?.[0] ?? "";
  return `*${host.slice(host.indexOf("."))}${port}`;
}
