import {
  type ImageName,
  mirrorOf,
  type NotOurs,
  OptionsError,
  parseImage,
  type RegistryMirror,
  UnsupportedRegistryError,
} from "@imagecred/protocol";
import { type GoogleRegistry, hostForms, parseRegistryHost } from "./registry.ts";
import { DEFAULT_UNIVERSE, type Universe } from "./universe.ts";

/** The universe whose credentials an image gets, and the mapping if its registry is a mirror. */
export interface ResolvedRegistry {
  readonly universe: Universe;
  readonly mirror: RegistryMirror | undefined;
}

/**
 * The universe of an image's registry: of its mapping's target, else of its own host.
 * @param configured the universe that the operator set, if any
 * @throws {UnsupportedRegistryError} if the image is not in a Google registry, or not in the configured universe
 * @throws {OptionsError} if it is mapped to a host that is not a Google registry, or to another universe
 */
export function resolveRegistry(
  image: ImageName,
  mirrors: readonly RegistryMirror[],
  configured: Universe | undefined,
): ResolvedRegistry {
  const mirror = mirrorOf(image, mirrors);
  const found = mirror === undefined ? parseRegistryHost(image, configured) : targetOf(mirror, configured);
  if ("notOurs" in found)
    throw mirror === undefined ? notGoogle(image, found, configured) : badMirror(mirror, found);
  const { universe } = found;
  if (configured !== undefined && configured.domain !== universe.domain) {
    throw new UnsupportedRegistryError(
      `${image.registry} belongs to the universe ${universe.domain}, and credentials of ${configured.domain} cannot be used there; configure one provider for each universe, with its own matchImages`,
    );
  }
  return { universe, mirror };
}

/** The mirrors of a universe's registries. */
export function mirrorsOf(
  universe: Universe,
  mirrors: readonly RegistryMirror[],
  configured: Universe | undefined,
): readonly RegistryMirror[] {
  return mirrors.filter((mirror) => {
    const target = mirror.problem === undefined ? targetOf(mirror, configured) : undefined;
    return target !== undefined && "universe" in target && target.universe.domain === universe.domain;
  });
}

function targetOf(
  { mirror, target }: RegistryMirror,
  configured: Universe | undefined,
): GoogleRegistry | NotOurs {
  const registry = parseRegistryHost(parseImage(`${target}/x`), configured);
  const own = parseRegistryHost(parseImage(`${mirror}/x`), configured);
  if ("notOurs" in registry || "notOurs" in own || own.universe.domain === registry.universe.domain)
    return registry;
  return {
    notOurs: `is a registry of ${registry.universe.domain}, whose credentials cannot be used in ${own.universe.domain}`,
  };
}

function badMirror({ flag, mirror, target }: RegistryMirror, { notOurs }: NotOurs): OptionsError {
  return new OptionsError(`${flag} maps ${mirror} to ${target}, but that ${notOurs}`);
}

function notGoogle(
  { registry }: ImageName,
  { notOurs }: NotOurs,
  configured: Universe | undefined,
): UnsupportedRegistryError {
  const forms = hostForms(configured ?? DEFAULT_UNIVERSE).join(", ");
  return new UnsupportedRegistryError(
    `${registry} ${notOurs}, so it gets no Google credential; narrow this provider's matchImages to ${forms}, or, for a mirror, add --registry ${registry}=gcr.io`,
  );
}
