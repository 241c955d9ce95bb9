import {
  type ImageName,
  mirrorOf,
  OptionsError,
  type RegistryMirror,
  targetHost,
  UnsupportedRegistryError,
} from "@imagecred/protocol";
import { parseRegistryHost, type Registry } from "./registry.ts";

/** The registry whose credentials an image gets, and the mapping by which it is not the image's own. */
export interface ResolvedRegistry {
  readonly registry: Registry;
  readonly mirror: RegistryMirror | undefined;
}

/**
 * Finds the ECR registry that an image belongs to: the one that the operator mapped it to, else its own host's.
 * @throws {UnsupportedRegistryError} when the image is not ECR's
 * @throws {OptionsError} when it is mapped to what is not an ECR registry
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
    : `narrow the matchImages entry of this provider that covers it, or, for a mirror of ECR, opt it in: --registry ${image.registry}=<ECR registry host>`;
  throw new UnsupportedRegistryError(`${image.registry} ${registry.notOurs}; ${advice}`);
}
