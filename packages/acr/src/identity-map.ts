import {
  type AzurePart,
  loadIdentities,
  nodeSettingsOf,
  type Overlay,
  type ReadField,
} from "@imagecred/identity-map";
import { type ImageIdentities, type Invocation, OptionsError } from "@imagecred/protocol";
import { KNOWN_CLOUDS, type KnownCloud, knownCloud } from "./clouds.ts";
import { GUID } from "./guid.ts";
import { parseAudience } from "./options/arguments.ts";
import { parseAcrNodeIdentity } from "./options/node-identity.ts";
import { type AcrOptions, withClient } from "./options.ts";
import { parseTenant } from "./tenant.ts";

/** Loads the `--identities` file. @throws {OptionsError} with file, line and column */
export function loadIdentityMap(path: string, invocation: Invocation): Promise<ImageIdentities<AcrOptions>> {
  return loadIdentities(path, "azure", readAzurePart, invocation);
}

/** The changes of an entry's `azure` to the plugin's options. */
export function readAzurePart(part: AzurePart, read: ReadField): Overlay<AcrOptions> {
  const tenant = read("tenantId", part.tenantId, parseTenant);
  const client = read("clientId", part.clientId, (id, from) => ({ id: parseClientId(id, from), from }));
  const node = read("node", part.node, (group, from) => parseAcrNodeIdentity(nodeSettingsOf(group, from)));
  const cloud = read("cloud", part.cloud, parseCloud);
  const audience = read("audience", part.audience, parseAudience);
  return (given) => {
    const options: AcrOptions = {
      ...given,
      ...(tenant === undefined ? {} : { tenant }),
      ...(cloud === undefined ? {} : { cloud: { kind: "known", cloud } }),
      ...(audience === undefined ? {} : { audience }),
    };
    const changed = client === undefined ? options : withClient(options, client.id, client.from);
    return node === undefined ? changed : { ...changed, node };
  };
}

function parseClientId(id: string, from: string): string {
  if (GUID.test(id)) return id;
  throw new OptionsError(
    `${from} is ${JSON.stringify(id)}, expected the GUID of an application or a managed identity`,
  );
}

function parseCloud(name: string, from: string): KnownCloud {
  const cloud = knownCloud(name);
  if (cloud !== undefined) return cloud;
  const names = KNOWN_CLOUDS.map((each) => each.name);
  throw new OptionsError(
    `${from} is ${JSON.stringify(name)}, expected ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`,
  );
}
