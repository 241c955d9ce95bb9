import { parseEndpointUrl } from "@imagecred/identities/aws/facts";
import {
  type AwsPart,
  loadIdentities,
  nodeSettingsOf,
  type Overlay,
  type ReadField,
} from "@imagecred/identity-map";
import { type ImageIdentities, type Invocation, OptionsError, type Template } from "@imagecred/protocol";
import { type EcrNodeIdentity, parseEcrNodeIdentity } from "./node-identity.ts";
import type { EcrOptions, RoleStep } from "./options.ts";
import { parseExternalId, parseRole, parseSessionName } from "./role.ts";

/** Loads the `--identities` file. @throws {OptionsError} with file, line and column */
export function loadIdentityMap(path: string, invocation: Invocation): Promise<ImageIdentities<EcrOptions>> {
  return loadIdentities(path, "aws", readAwsPart, invocation);
}

/** The changes of an entry's `aws` to the plugin's options. */
export function readAwsPart(part: AwsPart, read: ReadField): Overlay<EcrOptions> {
  const roles = rolesOf(part, read);
  const podRoleArn = read("podRoleArn", part.podRoleArn, parseRole);
  const node = read("node", part.node, (group, from) => parseEcrNodeIdentity(nodeSettingsOf(group, from)));
  const nodeRole = read("nodeRoleArn", part.nodeRoleArn, (arn, from) => {
    if (part.node === undefined) return parseRole(arn, from);
    throw new OptionsError(`${from} cannot be combined with node: write it as node.roleArn`);
  });
  const sessionName = read("roleSessionName", part.roleSessionName, parseSessionName);
  const sts = read("stsEndpoint", part.stsEndpoint, parseEndpointUrl);
  const { profile } = part;
  return (options) => ({
    ...options,
    ...(roles === undefined ? {} : { roles }),
    ...(podRoleArn === undefined ? {} : { podRoleArn }),
    ...(node === undefined ? {} : { node }),
    ...(nodeRole === undefined ? {} : { node: withRole(options.node, nodeRole) }),
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(profile === undefined ? {} : { profile }),
    ...(sts === undefined ? {} : { endpoints: { ...options.endpoints, sts } }),
  });
}

/** @throws {OptionsError} if the node uses its own AWS identity, which needs no such role */
function withRole(node: EcrNodeIdentity, roleArn: Template): EcrNodeIdentity {
  if (node.kind !== "own") return { ...node, roleArn };
  throw new OptionsError(
    `${roleArn.from} requires --node-identity; use roleArn for a role that the node's own identity assumes`,
  );
}

/** The entry's roles, from `roleArn` or `roleChain`; undefined if it has neither. */
function rolesOf(part: AwsPart, read: ReadField): readonly RoleStep[] | undefined {
  const { roleArn, externalId, roleChain } = part;
  if (roleChain !== undefined) {
    read("roleArn", roleArn, (_, from) => {
      throw new OptionsError(`${from} cannot be combined with roleChain: make it the chain's last role`);
    });
    read("externalId", externalId, (_, from) => {
      throw new OptionsError(
        `${from} cannot be combined with roleChain: write it in the role that it is for`,
      );
    });
    return roleChain.flatMap((step, index) => roleStep(step, `roleChain[${index}].`, read) ?? []);
  }
  if (roleArn === undefined) {
    read("externalId", externalId, (_, from) => {
      throw new OptionsError(`${from} requires roleArn`);
    });
    return undefined;
  }
  const step = roleStep({ roleArn, externalId }, "", read);
  return step === undefined ? undefined : [step];
}

function roleStep(
  step: { readonly roleArn: string; readonly externalId?: string | undefined },
  prefix: string,
  read: ReadField,
): RoleStep | undefined {
  const roleArn = read(`${prefix}roleArn`, step.roleArn, parseRole);
  const externalId = read(`${prefix}externalId`, step.externalId, parseExternalId);
  return roleArn === undefined ? undefined : { roleArn, externalId };
}
