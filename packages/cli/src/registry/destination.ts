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

/** Where the credential of an image may be sent. */
export type Destination =
  /** The image's own registry. */
  | { readonly kind: "own" }
  /** The operator mapped the image's host: the credential is for another registry, and goes nowhere else. */
  | { readonly kind: "mirror"; readonly mirror: RegistryMirror }
  /** One of our plugins, and a host that is none of its registries: the credential was not made for it. */
  | { readonly kind: "foreign"; readonly service: string };

const PLUGINS: readonly PluginFacts[] = [ecrFacts, acrFacts, gcrFacts];

/** Whether a credential for `destination` may be sent to a host[:port] that the container runtime asks for the image. */
export function mayReceive(destination: Destination, host: string, image: ImageName): boolean {
  const bare = host.replace(/:443$/, "");
  const own = image.repo.slice(0, image.repo.indexOf("/")).replace(/:443$/, "");
  if (destination.kind === "own") {
    return bare === own || (own === "docker.io" && bare === "registry-1.docker.io");
  }
  return destination.kind === "mirror" && bare === registryOf(destination.mirror.target);
}

function registryOf(target: string): string {
  return (target.split("/")[0] ?? "").replace(/:443$/, "");
}

/**
 * Where a provider's credential for an image may go. What an image's name says is not whom its credential is for: with
 * `--registry docker.io=ACCOUNT.dkr.ecr.REGION.amazonaws.com` the credential for docker.io is Amazon ECR's.
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
    // With arguments that the plugin refuses there is no credential of its own to send.
    if (error instanceof OptionsError) return { kind: "foreign", service: facts.service };
    throw error;
  }
}
