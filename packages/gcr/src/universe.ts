/**
 * A Google Cloud universe: a cloud with its own API endpoints, identities and registries. The public one is
 * `googleapis.com`; others are Google Cloud Dedicated and the partners' sovereign clouds. A credential of one universe is
 * useless in another, and must not be sent to it.
 */
export interface Universe {
  /** Domain of the APIs, `universe_domain` in credential files: `sts.<domain>`. */
  readonly domain: string;
  /** Domain of Artifact Registry's hosts: `<location>-docker.<registryDomain>`. */
  readonly registryDomain: string;
}

/** Google's public universe. */
export const DEFAULT_UNIVERSE: Universe = { domain: "googleapis.com", registryDomain: "pkg.dev" };

/** Universes whose domains follow no rule. https://documentation.s3ns.fr/artifact-registry/docs/docker/pushing-and-pulling */
const KNOWN: readonly Universe[] = [
  DEFAULT_UNIVERSE,
  { domain: "s3nsapis.fr", registryDomain: "s3nsregistry.fr" },
];

/**
 * Universes in Google's own `.goog` have the domains `apis-NAME.goog` and `pkg-NAME.goog`
 * (listed in github.com/GoogleCloudPlatform/buildpacks, internal/tpc; only Google can register names in `.goog`).
 */
const API_DOMAIN = /^apis-([a-z0-9]+(?:-[a-z0-9]+)*)\.goog$/;
const REGISTRY_DOMAIN = /^pkg-([a-z0-9]+(?:-[a-z0-9]+)*)\.goog$/;

/** The universe of an API domain; undefined if this version does not know it. */
export function universeOfApis(domain: string): Universe | undefined {
  const name = API_DOMAIN.exec(domain)?.[1];
  if (name !== undefined) return { domain, registryDomain: `pkg-${name}.goog` };
  return KNOWN.find((universe) => universe.domain === domain);
}

/** The universe of a registry domain; undefined if this version does not know it. */
export function universeOfRegistries(registryDomain: string): Universe | undefined {
  const name = REGISTRY_DOMAIN.exec(registryDomain)?.[1];
  if (name !== undefined) return { domain: `apis-${name}.goog`, registryDomain };
  return KNOWN.find((universe) => universe.registryDomain === registryDomain);
}

/** The known registry domains; those in `.goog` as one pattern of matchImages. */
export function knownRegistryDomains(): readonly string[] {
  return [...KNOWN.map(({ registryDomain }) => registryDomain), "pkg-*.goog"];
}
