import { acrFacts } from "@imagecred/acr/facts";
import { ecrFacts } from "@imagecred/ecr/facts";
import { gcrFacts } from "@imagecred/gcr/facts";
import type { CredentialProvider, ImageName } from "@imagecred/kubelet";
import {
  mirrorOf,
  OptionsError,
  type PluginFacts,
  parseImage,
  type RegistryMirror,
} from "@imagecred/protocol";

/** The registry to which the credential for an image may be sent. */
export type Destination =
  /** The image's own registry. */
  | { readonly kind: "own" }
  /** The operator mapped the image's host: the credential is for the mapped registry only. */
  | { readonly kind: "mirror"; readonly mirror: RegistryMirror }
  /** The image's host is not a registry of the plugin: the credential is not for it. */
  | { readonly kind: "foreign"; readonly service: string };

const PLUGINS: readonly PluginFacts[] = [ecrFacts, acrFacts, gcrFacts];

/** Whether a credential for `destination` may be sent to a `host[:port]` from which the container runtime pulls the image. */
export function mayReceive(destination: Destination, host: string, image: ImageName): boolean {
  const withoutPort = host.replace(/:443$/, "");
  const own = image.repo.slice(0, image.repo.indexOf("/")).replace(/:443$/, "");
  if (destination.kind === "own") {
    return withoutPort === own || (own === "docker.io" && withoutPort === "registry-1.docker.io");
  }
  return destination.kind === "mirror" && withoutPort === registryOf(destination.mirror.target);
}

function registryOf(target: string): string {
  return (target.split("/")[0] ?? "").replace(/:443$/, "");
}

/**
 * The registry to which a provider's credential for an image may be sent. It is not always the image's host: with
 * `--registry docker.io=ACCOUNT.dkr.ecr.REGION.amazonaws.com` the credential for docker.io is for Amazon ECR.
 */
export function destinationOf(provider: CredentialProvider, image: ImageName): Destination {
  const base = provider.name.replace(/\.exe$/i, "");
  const facts = PLUGINS.find(({ name, otherNames }) =>
    [name, ...otherNames].some((known) => base === known || base.startsWith(`${known}-`)),
  );
  if (facts === undefined) return { kind: "own" };
  try {
    const env = Object.fromEntries((provider.env ?? []).map(({ name, value }) => [name, value]));
    const parsed = facts.parseArguments({ args: provider.args ?? [], env });
    const name = parseImage(image.repo);
    const mirror = mirrorOf(name, parsed.mirrors);
    if (mirror !== undefined) return { kind: "mirror", mirror };
    return "notOurs" in facts.parseHost(name.host, parsed)
      ? { kind: "foreign", service: facts.service }
      : { kind: "own" };
  } catch (error) {
    // With arguments that the plugin rejects, it returns no credential.
    if (error instanceof OptionsError) return { kind: "foreign", service: facts.service };
    throw error;
  }
}
