/** A Google Cloud universe that the fakes support: any `apis-NAME.goog`, the public one, and S3NS. */
export interface Universe {
  /** Domain of the APIs. */
  readonly domain: string;
  /** Domain of Artifact Registry's hosts. */
  readonly registryDomain: string;
}

export const PUBLIC: Universe = { domain: "googleapis.com", registryDomain: "pkg.dev" };
export const S3NS: Universe = { domain: "s3nsapis.fr", registryDomain: "s3nsregistry.fr" };
/** Google Cloud Dedicated in Germany. */
export const BERLIN: Universe = {
  domain: "apis-berlin-build0.goog",
  registryDomain: "pkg-berlin-build0.goog",
};

const UNIVERSES = [PUBLIC, S3NS, BERLIN];

/**
 * The universe in which a host is this service's API endpoint: `sts.googleapis.com`, a regional one
 * (`sts.us-central1.rep.googleapis.com`), or one for Private Service Connect (`sts-NAME.p.googleapis.com`).
 */
export function universeOfEndpoint(host: string, service: string): Universe | undefined {
  return UNIVERSES.find(({ domain }) => {
    if (!host.endsWith(`.${domain}`)) return false;
    const name = host.slice(0, -domain.length - 1);
    return new RegExp(`^${service}(?:\\.[a-z0-9-]+\\.rep|-[a-z0-9-]+\\.p)?$`).test(name);
  });
}

/** The universe that a registry host belongs to. */
export function universeOfRegistry(host: string): Universe | undefined {
  if (host === "gcr.io" || /^[a-z0-9-]+\.gcr\.io$/.test(host)) return PUBLIC;
  return UNIVERSES.find(({ registryDomain }) => {
    if (!host.endsWith(`.${registryDomain}`)) return false;
    return /^(?:[a-z0-9-]+|docker\.[a-z0-9-]+\.rep)$/.test(host.slice(0, -registryDomain.length - 1));
  });
}
