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

/** The universe whose credentials an image gets, and the mapping by which its registry is a mirror. */
export interface ResolvedRegistry {
  readonly universe: Universe;
  readonly mirror: RegistryMirror | undefined;
}

/**
 * Finds the universe of the registry that an image belongs to: the one that the operator mapped it to, else its own host's.
 * @param named the universe that the operator named, if any
 * @throws {UnsupportedRegistryError} when the image is not Google's, or of another universe than the named one
 * @throws {OptionsError} when it is mapped to what is not one of Google's registries, or across universes
 */
export function resolveRegistry(
  image: ImageName,
  mirrors: readonly RegistryMirror[],
  named: Universe | undefined,
): ResolvedRegistry {
  const mirror = mirrorOf(image, mirrors);
  const found = mirror === undefined ? parseRegistryHost(image, named) : targetOf(mirror, named);
  if ("notOurs" in found)
    throw mirror === undefined ? notGoogle(image, found, named) : badMirror(mirror, found);
  const { universe } = found;
  if (named !== undefined && named.domain !== universe.domain) {
    throw new UnsupportedRegistryError(
      `${image.registry} belongs to the universe ${universe.domain}, and credentials of ${named.domain} cannot be used there; give each universe a provider of its own, with its own matchImages`,
    );
  }
  return { universe, mirror };
}

/** The mirrors of a universe's registries. */
export function mirrorsOf(
  universe: Universe,
  mirrors: readonly RegistryMirror[],
  named: Universe | undefined,
): readonly RegistryMirror[] {
  return mirrors.filter((mirror) => {
    const target = mirror.problem === undefined ? targetOf(mirror, named) : undefined;
    return target !== undefined && "universe" in target && target.universe.domain === universe.domain;
  });
}

function targetOf({ mirror, target }: RegistryMirror, named: Universe | undefined): GoogleRegistry | NotOurs {
  const registry = parseRegistryHost(parseImage(`${target}/x`), named);
  const own = parseRegistryHost(parseImage(`${mirror}/x`), named);
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
  named: Universe | undefined,
): UnsupportedRegistryError {
  const forms = hostForms(named ?? DEFAULT_UNIVERSE).join(", ");
  return new UnsupportedRegistryError(
    `${registry} ${notOurs}, so it gets no Google credential; narrow this provider's matchImages to ${forms}, or opt a mirror in with --registry ${registry}=gcr.io`,
  );
}
