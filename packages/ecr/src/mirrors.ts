import {
  type ImageName,
  mirrorOf,
  OptionsError,
  type RegistryMirror,
  targetHost,
  UnsupportedRegistryError,
} from "@imagecred/protocol";
import { parseRegistryHost, type Registry } from "./registry.ts";

/** The registry whose credentials an image gets, and the mapping if it is not the image's own. */
export interface ResolvedRegistry {
  readonly registry: Registry;
  readonly mirror: RegistryMirror | undefined;
}

/**
 * The ECR registry of an image: the target of its mapping, else its own host.
 * @throws {UnsupportedRegistryError} if the image is not in ECR
 * @throws {OptionsError} if it is mapped to a host that is not an ECR registry
 */
export function resolveRegistry(image: ImageName, mirrors: readonly RegistryMirror[]): ResolvedRegistry {
  const mirror = mirrorOf(image, mirrors);
  const registry = parseRegistryHost(mirror === undefined ? image.host : targetHost(mirror));
  if (!("notOurs" in registry)) return { registry, mirror };
  if (mirror !== undefined) {
    throw new OptionsError(
      `${mirror.flag} maps ${mirror.mirror} to ${mirror.target}, but that ${registry.notOurs}`,
    );
  }
  const advice = registry.typo
    ? "correct the image's name"
    : `narrow the matchImages entry of this provider that covers it, or, for a mirror of ECR, add --registry ${image.registry}=<ECR registry host>`;
  throw new UnsupportedRegistryError(`${image.registry} ${registry.notOurs}; ${advice}`);
}
