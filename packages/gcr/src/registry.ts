import { DEFAULT_UNIVERSE, type Universe, universeOfRegistries } from "./universe.ts";

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

/** Container Registry: `gcr.io` and one label below it. https://cloud.google.com/artifact-registry/docs/transition/setup-gcr-repo */
const GCR = new RegExp(`^(?:${LABEL}\\.)?gcr\\.io$`);

/**
 * Artifact Registry: one label below a universe's registry domain (`<location>-docker.pkg.dev`), or a regional endpoint
 * (`docker.<region>.rep.pkg.dev`). https://cloud.google.com/artifact-registry/docs/repositories/repo-locations
 */
const BELOW = new RegExp(`^(?:docker\\.${LABEL}\\.rep|${LABEL})\\.(${LABEL}(?:\\.${LABEL})+)$`);

/**
 * The only port that these registries have. The kubelet compares ports as strings, and an answer for the whole node must
 * hold a key for every host that is accepted, so the forms with this port stand beside those without.
 */
const PORT = "443";

/** The part of an image's name that says where it lives. */
export interface RegistryHost {
  readonly host: string;
  readonly port: string | undefined;
}

/**
 * The universe whose registry this is, by its name alone. Names are taken as written, since the kubelet compares the
 * answer's keys so too: `GCR.IO` is none of them.
 * @param extra a universe that only the operator knows of
 * @returns undefined for every host that is not one of Google's registries
 */
export function universeOf({ host, port }: RegistryHost, extra?: Universe): Universe | undefined {
  if (port !== undefined && port !== PORT) return undefined;
  if (GCR.test(host)) return DEFAULT_UNIVERSE;
  const domain = BELOW.exec(host)?.[1];
  if (domain === undefined) return undefined;
  return extra?.registryDomain === domain ? extra : universeOfRegistries(domain);
}

/** Every form of registry host in a universe, as a pattern of matchImages. */
export function hostForms({ domain, registryDomain }: Universe): readonly string[] {
  const artifactRegistry = [`*.${registryDomain}`, `docker.*.rep.${registryDomain}`];
  return domain === DEFAULT_UNIVERSE.domain ? ["gcr.io", "*.gcr.io", ...artifactRegistry] : artifactRegistry;
}

/** Keys of an answer that serves the whole node. They cover exactly the hosts that {@link universeOf} accepts. */
export function nodeKeys(universe: Universe): readonly string[] {
  return hostForms(universe).flatMap((form) => [form, `${form}:${PORT}`]);
}
