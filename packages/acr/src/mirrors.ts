import {
  type ImageName,
  mirrorOf,
  OptionsError,
  type RegistryMirror,
  registryMirror,
  targetHost,
  UnsupportedRegistryError,
} from "@imagecred/protocol";
import type { AzureCloud } from "./clouds.ts";
import { type AcrRegistry, parseRegistryHost } from "./registry.ts";

const PORT = /^[0-9]+(?:\/.*)?$/;

/**
 * Parses the values of `--registry-mirror`: `source:target,...`, the form of the Go plugin, which splits at colons and so
 * does not support ports. Ports and paths are accepted too: a part that is a number belongs to the host before it.
 */
export function parseMirrorList(values: readonly string[]): readonly RegistryMirror[] {
  return values
    .flatMap((value) => value.replaceAll(" ", "").split(","))
    .filter((pair) => pair !== "")
    .map((pair) =>
      registryMirror(placesOf(pair), {
        flag: "--registry-mirror",
        written: pair,
        expected: "SOURCE:TARGET, each HOST[:PORT][/PATH]",
      }),
    );
}

function placesOf(pair: string): readonly string[] {
  const places: string[] = [];
  for (const piece of pair.split(":")) {
    const last = places.at(-1);
    if (last !== undefined && PORT.test(piece) && !last.includes(":") && !last.includes("/")) {
      places[places.length - 1] = `${last}:${piece}`;
    } else {
      places.push(piece);
    }
  }
  return places;
}

/** The registry whose credentials an image gets, and the mapping if it is not the image's own. */
export interface ResolvedRegistry {
  readonly registry: AcrRegistry;
  readonly mirror: RegistryMirror | undefined;
}

/**
 * The registry of an image: the target of its mapping, else its own host.
 * @throws {UnsupportedRegistryError} if the image is not in this cloud
 * @throws {OptionsError} if it is mapped to a host that is not a registry of this cloud
 */
export function resolveRegistry(
  image: ImageName,
  mirrors: readonly RegistryMirror[],
  cloud: AzureCloud,
): ResolvedRegistry {
  const mirror = mirrorOf(image, mirrors);
  const registry = parseRegistryHost(mirror === undefined ? image.host : targetHost(mirror), cloud);
  if (!("notOurs" in registry)) return { registry, mirror };
  if (mirror !== undefined) {
    throw new OptionsError(
      `${mirror.flag} maps ${mirror.mirror} to ${mirror.target}, but that ${registry.notOurs}`,
    );
  }
  throw new UnsupportedRegistryError(
    `no credentials for ${image.registry}: it ${registry.notOurs}; narrow matchImages of acr-credential-provider to *.${cloud.registrySuffix}, or, for a mirror, add --registry ${image.registry}=NAME.${cloud.registrySuffix}`,
  );
}
