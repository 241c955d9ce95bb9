import type { IdentityPolicy } from "../identity/policy.ts";
import type { Answer } from "../provider.ts";
import type { ImageName } from "../wire/image-name.ts";
import { ANONYMOUS, type CacheKeyType } from "../wire/response.ts";
import type { FlagSpec } from "./flags.ts";
import { askedImage, mapsPaths, mirrorOf, type RegistryMirror } from "./registry-mirrors.ts";

/** What a plugin does for one image. */
export interface ImageSettings<Options> {
  /** The plugin's options, with what is said for this image over them. */
  readonly options: Options;
  /** True where other images of the same registry may get other settings: a response is for this image only. */
  readonly byPath: boolean;
  /** True where the image is to be pulled without a credential. */
  readonly anonymous: boolean;
  /** True where the image is said to be pulled with the pod's identity, which then holds for a mirror's images too. */
  readonly asPod: boolean;
}

/** Settings for some images, over a plugin's own options: what the file of `--identities` says. */
export interface ImageIdentities<Options> {
  /** @param asked the image at the registry that is asked: see {@link askedImage} */
  settingsFor(asked: ImageName, options: Options): ImageSettings<Options>;
}

/** The flag, for a plugin's table. */
export const IDENTITIES_FLAG = {
  identities: {
    kind: "value",
    placeholder: "FILE",
    help: "which identity each registry is asked with; for the images that it names, the file wins over the flags",
  },
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** What all plugins have among their options. */
export interface ImageOptions {
  readonly identity: IdentityPolicy;
  readonly mirrors: readonly RegistryMirror[];
}

/** The image at the registry that is asked for its credential, and what the plugin does for it. */
export interface AskedImage<Options> extends ImageSettings<Options> {
  readonly asked: ImageName;
}

/**
 * The settings for a request's image.
 * @throws {OptionsError} where the image's registry is mapped to what cannot be used
 */
export function settingsFor<Options extends ImageOptions>(
  image: ImageName,
  options: Options,
  identities: ImageIdentities<Options> | undefined,
): AskedImage<Options> {
  const asked = askedImage(image, mirrorOf(image, options.mirrors));
  const settings = identities?.settingsFor(asked, options) ?? {
    options,
    byPath: false,
    anonymous: false,
    asPod: false,
  };
  return { asked, ...settings, byPath: settings.byPath || mapsPaths(image, options.mirrors) };
}

/** What a response for one image may be used for, where nothing but its registry decided about it. */
export function registryOrImage({ byPath }: Pick<ImageSettings<unknown>, "byPath">): CacheKeyType {
  return byPath ? "Image" : "Registry";
}

/** The response for an image that is pulled without a credential. The kubelet does not cache it. */
export function anonymousAnswer(
  { registry }: Pick<ImageName, "registry">,
  settings: Pick<ImageSettings<unknown>, "byPath">,
): Answer {
  return {
    cacheKeyType: registryOrImage(settings),
    auth: { [registry]: ANONYMOUS },
    expiresAt: "do-not-cache",
  };
}
