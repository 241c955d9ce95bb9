import type { NotOurs, RegistryDescription } from "@imagecred/protocol";
import { DEFAULT_UNIVERSE, knownRegistryDomains, type Universe, universeOfRegistries } from "./universe.ts";

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

/** Container Registry: `gcr.io` and one label below it. https://cloud.google.com/artifact-registry/docs/transition/setup-gcr-repo */
const GCR = new RegExp(`^(?:(${LABEL})\\.)?gcr\\.io$`);

/**
 * Artifact Registry: one label below a universe's registry domain (`<location>-docker.pkg.dev`), or a regional endpoint
 * (`docker.<region>.rep.pkg.dev`). https://cloud.google.com/artifact-registry/docs/repositories/repo-locations
 */
const ARTIFACT_REGISTRY = new RegExp(
  `^(?:docker\\.(${LABEL})\\.rep|(${LABEL}))\\.(${LABEL}(?:\\.${LABEL})+)$`,
);

/**
 * The only port of these registries. The kubelet compares ports as strings, so a response for the whole node has each key
 * both with and without this port.
 */
const PORT = "443";

/** Host and port of an image's registry. */
export interface RegistryHost {
  readonly host: string;
  readonly port: string | undefined;
}

/** A registry, parsed from its host name. */
export interface GoogleRegistry {
  readonly kind: "gcr" | "artifact-registry";
  readonly universe: Universe;
  /** The label before the domain: "us", "us-central1-docker"; a regional endpoint's region; undefined for gcr.io itself. */
  readonly location: string | undefined;
  /** True for `docker.<region>.rep.<domain>`. */
  readonly regional: boolean;
}

/**
 * Parses a registry's host and port. Letter case matters, because the kubelet compares the response's keys with it:
 * `GCR.IO` is not a registry.
 * @param extra a universe that the operator configured
 */
export function parseRegistryHost({ host, port }: RegistryHost, extra?: Universe): GoogleRegistry | NotOurs {
  if (port !== undefined && port !== PORT)
    return { notOurs: `has the port ${port}, which no Google registry has` };
  const gcr = GCR.exec(host);
  if (gcr !== null) return { kind: "gcr", universe: DEFAULT_UNIVERSE, location: gcr[1], regional: false };
  const [, region, location, domain = ""] = ARTIFACT_REGISTRY.exec(host) ?? [];
  const universe = extra?.registryDomain === domain ? extra : universeOfRegistries(domain);
  if (universe === undefined) return { notOurs: "is not a Google registry" };
  return {
    kind: "artifact-registry",
    universe,
    location: region ?? location,
    regional: region !== undefined,
  };
}

/** All forms of registry host in a universe, as patterns of matchImages. */
export function hostForms({ registryDomain }: Pick<Universe, "registryDomain">): readonly string[] {
  const forms = [`*.${registryDomain}`, `docker.*.rep.${registryDomain}`];
  return registryDomain === DEFAULT_UNIVERSE.registryDomain ? ["gcr.io", "*.gcr.io", ...forms] : forms;
}

/** The forms of all universes that this version knows. */
export function knownHostForms(): readonly string[] {
  return knownRegistryDomains().flatMap((registryDomain) => hostForms({ registryDomain }));
}

/** Keys of a response for the whole node. They match exactly the hosts that {@link parseRegistryHost} accepts. */
export function nodeKeys(universe: Universe): readonly string[] {
  return hostForms(universe).flatMap((form) => [form, `${form}:${PORT}`]);
}

/** Description of a registry for people. */
export function describeRegistry({
  kind,
  universe,
  location,
  regional,
}: GoogleRegistry): RegistryDescription {
  const service = kind === "gcr" ? "gcr.io (Google Artifact Registry)" : "Google Artifact Registry";
  const words = [
    ...(location === undefined
      ? []
      : [
          regional ? `region ${location}, regional endpoint` : `location ${location.replace(/-docker$/, "")}`,
        ]),
    ...(universe.domain === DEFAULT_UNIVERSE.domain ? [] : [`universe ${universe.domain}`]),
  ];
  return { service, details: words.join(", ") };
}
