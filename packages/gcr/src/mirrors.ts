import { mirrorOf, OptionsError, parseImage, parseRegistryMirrors } from "@imagecred/protocol";
import { universeOf } from "./registry.ts";
import type { Universe } from "./universe.ts";

/** A registry host that the operator opted in: it gets the credentials of a Google registry. */
export interface GoogleMirror {
  /** host or host:port, as it stands in image names. */
  readonly mirror: string;
  /** Whose credentials those are. */
  readonly universe: Universe;
}

/**
 * `--registry HOST[:PORT]=TARGET`, where TARGET is one of Google's registries.
 * @param extra the universe that the operator named, if any
 * @throws {OptionsError}
 */
export function parseGoogleMirrors(values: readonly string[], extra?: Universe): readonly GoogleMirror[] {
  return parseRegistryMirrors(values).map(({ mirror, target }) => {
    const universe = universeOf(parseImage(`${target}/x`), extra);
    if (universe === undefined) {
      throw new OptionsError(
        `--registry ${mirror}=${target}: ${target} is not one of Google's registries (gcr.io, LOCATION-docker.pkg.dev)`,
      );
    }
    const own = universeOf(parseImage(`${mirror}/x`), extra);
    if (own !== undefined && own.domain !== universe.domain) {
      throw new OptionsError(
        `--registry ${mirror}=${target}: ${mirror} is a registry of ${own.domain}, and a credential of ${universe.domain} stays there`,
      );
    }
    return { mirror, universe };
  });
}

/** The universe whose credentials an image gets: its registry's own, or that of the mirror's target. */
export function universeFor(
  image: { readonly host: string; readonly port: string | undefined; readonly registry: string },
  mirrors: readonly GoogleMirror[],
  extra?: Universe,
): Universe | undefined {
  return mirrorOf(image, mirrors)?.universe ?? universeOf(image, extra);
}
