import {
  type GooglePart,
  loadIdentities,
  nodeSettingsOf,
  type Overlay,
  type ReadField,
} from "@imagecred/identity-map";
import { type ImageIdentities, type Invocation, OptionsError } from "@imagecred/protocol";
import { type IdentityPool, parseProvider } from "./identity/workload-identity.ts";
import { type GcrNodeIdentity, parseGcrNodeIdentity } from "./node-identity.ts";
import { type GcrOptions, parseEndpoint, parseServiceAccount, parseUniverse } from "./options.ts";
import { parseAccount } from "./service-account.ts";
import type { Universe } from "./universe.ts";

/** Loads the `--identities` file. @throws {OptionsError} with file, line and column */
export function loadIdentityMap(
  path: string,
  { universe }: GcrOptions,
  invocation: Invocation,
): Promise<ImageIdentities<GcrOptions>> {
  return loadIdentities(path, "google", readGooglePart(universe), invocation);
}

/**
 * The changes of an entry's `google` to the plugin's options.
 * @param flags the flags' universe, which is the default of entries
 */
export function readGooglePart(flags: Universe | undefined) {
  return (part: GooglePart, read: ReadField): Overlay<GcrOptions> => {
    const universe = universeOf(part, read);
    const pool = read("workloadIdentityProvider", part.workloadIdentityProvider, parseProvider);
    const node = read("node", part.node, (group, from) => parseGcrNodeIdentity(nodeSettingsOf(group, from)));
    const nodePool = read("nodeWorkloadIdentityProvider", part.nodeWorkloadIdentityProvider, (name, from) => {
      if (part.node === undefined) return { pool: parseProvider(name, from), from };
      throw new OptionsError(
        `${from} cannot be combined with node: write it as node.workloadIdentityProvider`,
      );
    });
    const impersonate = read("impersonateServiceAccount", part.impersonateServiceAccount, parseAccount);
    const account = read("serviceAccount", part.serviceAccount, (value, from) =>
      parseServiceAccount(value, from, part.impersonateServiceAccount),
    );
    const endpoint = (
      field: "stsEndpoint" | "stsMtlsEndpoint" | "iamcredentialsEndpoint",
      service: "sts" | "iamcredentials",
    ) => read(field, part[field], (value, from) => parseEndpoint(value, from, service, universe ?? flags));
    const sts = endpoint("stsEndpoint", "sts");
    const stsMtls = endpoint("stsMtlsEndpoint", "sts");
    const iamCredentials = endpoint("iamcredentialsEndpoint", "iamcredentials");
    return (options) => ({
      ...options,
      ...(universe === undefined ? {} : { universe }),
      ...(pool === undefined ? {} : { pool }),
      ...(node === undefined ? {} : { node }),
      ...(nodePool === undefined ? {} : { node: withPool(options.node, nodePool.pool, nodePool.from) }),
      ...(impersonate === undefined ? {} : { impersonate }),
      ...account,
      endpoints: {
        sts: sts ?? options.endpoints.sts,
        stsMtls: stsMtls ?? options.endpoints.stsMtls,
        iamCredentials: iamCredentials ?? options.endpoints.iamCredentials,
      },
    });
  };
}

/** @throws {OptionsError} if the node uses its own Google identity, which needs no pool */
function withPool(node: GcrNodeIdentity, pool: IdentityPool, from: string): GcrNodeIdentity {
  if (node.kind !== "own") return { ...node, pool };
  throw new OptionsError(`${from} requires --node-identity; for pods, use workloadIdentityProvider`);
}

function universeOf({ universeDomain, registryDomain }: GooglePart, read: ReadField): Universe | undefined {
  if (universeDomain === undefined) {
    read("registryDomain", registryDomain, (_, from) => {
      throw new OptionsError(`${from} requires universeDomain: a registry belongs to a universe`);
    });
    return undefined;
  }
  return read("universeDomain", universeDomain, (domain, from) =>
    parseUniverse(domain, registryDomain, { domain: from, registryDomain: "registryDomain" }),
  );
}
