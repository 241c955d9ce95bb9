import type { IdentityPolicy } from "../identity/policy.ts";
import type { ProviderResponse } from "../provider.ts";
import type { ImageName } from "../wire/image-name.ts";
import { ANONYMOUS, type CacheKeyType } from "../wire/response.ts";
import type { FlagSpec } from "./flags.ts";
import { mapsPaths, mirrorOf, type RegistryMirror, targetImage } from "./registry-mirrors.ts";

/** A plugin's settings for one image. */
export interface ImageSettings<Options> {
  /** The plugin's options, overridden by the settings for this image. */
  readonly options: Options;
  /** True if other images of the same registry may have other settings: a response is for this image only. */
  readonly byPath: boolean;
  /** True if the image is pulled without a credential. */
  readonly anonymous: boolean;
  /** True if the settings require the pod's identity, then also for a mirror's images. */
  readonly asPod: boolean;
}

/** Settings for some images that override a plugin's options: the contents of the `--identities` file. */
export interface ImageIdentities<Options> {
  /** @param target the image at the registry that issues the credential: see {@link targetImage} */
  settingsFor(target: ImageName, options: Options): ImageSettings<Options>;
}

/** The `--identities` flag, for a plugin's table. */
export const IDENTITIES_FLAG = {
  identities: {
    kind: "value",
    placeholder: "FILE",
    help: "which identity to use for each registry; for the images in it, the file overrides the flags",
  },
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** The options that all plugins have. */
export interface ImageOptions {
  readonly identity: IdentityPolicy;
  readonly mirrors: readonly RegistryMirror[];
}

/** The image at the registry that issues its credential, with the settings for it. */
export interface TargetSettings<Options> extends ImageSettings<Options> {
  readonly target: ImageName;
}

/**
 * The settings for a request's image.
 * @throws {OptionsError} if the mapping of the image's registry cannot be used
 */
export function settingsFor<Options extends ImageOptions>(
  image: ImageName,
  options: Options,
  identities: ImageIdentities<Options> | undefined,
): TargetSettings<Options> {
  const target = targetImage(image, mirrorOf(image, options.mirrors));
  const settings = identities?.settingsFor(target, options) ?? {
    options,
    byPath: false,
    anonymous: false,
    asPod: false,
  };
  return { target, ...settings, byPath: settings.byPath || mapsPaths(image, options.mirrors) };
}

/** The cache key type of a response that depends only on the registry, unless settings differ by path. */
export function registryOrImage({ byPath }: Pick<ImageSettings<unknown>, "byPath">): CacheKeyType {
  return byPath ? "Image" : "Registry";
}

/** The response for an image that is pulled without a credential. The kubelet does not cache it. */
export function anonymousResponse(
  { registry }: Pick<ImageName, "registry">,
  settings: Pick<ImageSettings<unknown>, "byPath">,
): ProviderResponse {
  return {
    cacheKeyType: registryOrImage(settings),
    auth: { [registry]: ANONYMOUS },
    expiresAt: "do-not-cache",
  };
}
