import { OptionsError } from "../errors.ts";
import { type ImageName, parseImage } from "../wire/image-name.ts";

/** A mirror or pull-through host that the operator configured: its images get the credentials of another registry. */
export interface RegistryMirror {
  /** Prefix of the mirror's image names: `host[:port][/path]`. */
  readonly mirror: string;
  /** The registry whose credentials they get: `host[:port][/path]`. */
  readonly target: string;
  /** The flag that maps it, for messages: `--registry`. */
  readonly flag: string;
  /**
   * Why the mapping cannot be used, as a sentence that contains the flag. Only pulls from this mirror fail because of it.
   */
  readonly problem?: string;
}

/** The values of `--registry HOST[:PORT][/PATH]=TARGET`, one pair each. Never throws: see {@link RegistryMirror.problem}. */
export function parseRegistryMirrors(values: readonly string[]): readonly RegistryMirror[] {
  return values.map((value) => {
    const equals = value.indexOf("=");
    const parts = equals < 0 ? [value] : [value.slice(0, equals), value.slice(equals + 1)];
    return registryMirror(parts, {
      flag: "--registry",
      written: value,
      expected: "HOST[:PORT][/PATH]=TARGET",
    });
  });
}

/**
 * One mapping from its parts, mirror and target. Slashes at the end of either are ignored.
 * @param from the flag, its value and the expected form, for `problem`
 */
export function registryMirror(
  parts: readonly string[],
  from: { readonly flag: string; readonly written: string; readonly expected: string },
): RegistryMirror {
  const { flag } = from;
  const [mirror = "", target = ""] = parts.map((part) => part.replace(/\/+$/, ""));
  if (parts.length !== 2 || mirror === "" || target === "") {
    const problem = `${flag} has ${JSON.stringify(from.written)}, expected ${from.expected}`;
    return { mirror, target, flag, problem };
  }
  const wrong = [mirror, target].find((place) => !isPlace(place));
  if (wrong === undefined) return { mirror, target, flag };
  return { mirror, target, flag, problem: `${flag}: ${JSON.stringify(wrong)} is not HOST[:PORT][/PATH]` };
}

/** Whether the text can be the beginning of an image's name. */
function isPlace(text: string): boolean {
  try {
    return parseImage(`${text}/x`).name === `${text}/x`;
  } catch {
    return false;
  }
}

/**
 * The mapping for an image, if the operator configured one; of several, the one with the longest path.
 * @throws {OptionsError} for a mapping with a problem
 */
export function mirrorOf(
  image: Pick<ImageName, "name">,
  mirrors: readonly RegistryMirror[],
): RegistryMirror | undefined {
  const found = mirrors
    .filter(({ mirror }) => mirror !== "" && image.name.startsWith(`${mirror}/`))
    .reduce<RegistryMirror | undefined>(
      (longest, each) =>
        longest !== undefined && longest.mirror.length >= each.mirror.length ? longest : each,
      undefined,
    );
  if (found?.problem !== undefined) throw new OptionsError(found.problem);
  return found;
}

/** The host of a mapping's target, without port and path. */
export function targetHost({ target }: RegistryMirror): string {
  return parseImage(`${target}/x`).host;
}

/**
 * The name of an image at the registry that issues its credential: below the mapping's target, or unchanged without a
 * mapping.
 */
export function targetImage(image: ImageName, mirror: RegistryMirror | undefined): ImageName {
  return mirror === undefined ? image : parseImage(mirror.target + image.name.slice(mirror.mirror.length));
}

/** True if paths of the image's registry are mapped, so that a response for one of its images is not for all. */
export function mapsPaths(
  { registry }: Pick<ImageName, "registry">,
  mirrors: readonly RegistryMirror[],
): boolean {
  return mirrors.some(({ mirror }) => mirror.startsWith(`${registry}/`));
}
