/**
 * A Google Cloud universe: a cloud with API endpoints, identities and registries of its own. The public one is
 * `googleapis.com`; others are Google Cloud Dedicated and the partners' sovereign clouds. A credential of one is worth
 * nothing in another, and none of another's business.
 */
export interface Universe {
  /** Domain of the APIs, as in credential files' `universe_domain`: `sts.<domain>`. */
  readonly domain: string;
  /** Domain of Artifact Registry's hosts: `<location>-docker.<registryDomain>`. */
  readonly registryDomain: string;
}

export const DEFAULT_UNIVERSE: Universe = { domain: "googleapis.com", registryDomain: "pkg.dev" };

/** Universes whose two domains follow no rule. https://documentation.s3ns.fr/artifact-registry/docs/docker/pushing-and-pulling */
const NAMED: readonly Universe[] = [
  DEFAULT_UNIVERSE,
  { domain: "s3nsapis.fr", registryDomain: "s3nsregistry.fr" },
];

/**
 * Universes on Google's own `.goog` pair `apis-NAME.goog` with `pkg-NAME.goog`
 * (github.com/GoogleCloudPlatform/buildpacks, internal/tpc, lists them; nobody but Google can register under `.goog`).
 */
const API_DOMAIN = /^apis-([a-z0-9]+(?:-[a-z0-9]+)*)\.goog$/;
const REGISTRY_DOMAIN = /^pkg-([a-z0-9]+(?:-[a-z0-9]+)*)\.goog$/;

/** The universe with these API endpoints; undefined for one that this version has not heard of. */
export function universeOfApis(domain: string): Universe | undefined {
  const name = API_DOMAIN.exec(domain)?.[1];
  if (name !== undefined) return { domain, registryDomain: `pkg-${name}.goog` };
  return NAMED.find((universe) => universe.domain === domain);
}

/** The universe whose registries are below this domain; undefined for one that this version has not heard of. */
export function universeOfRegistries(registryDomain: string): Universe | undefined {
  const name = REGISTRY_DOMAIN.exec(registryDomain)?.[1];
  if (name !== undefined) return { domain: `apis-${name}.goog`, registryDomain };
  return NAMED.find((universe) => universe.registryDomain === registryDomain);
}

/** The registry domains that this version knows; those under `.goog` as the pattern of matchImages that their rule is. */
export function knownRegistryDomains(): readonly string[] {
  return [...NAMED.map(({ registryDomain }) => registryDomain), "pkg-*.goog"];
}
