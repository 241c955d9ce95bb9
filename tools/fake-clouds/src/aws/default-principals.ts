import type { Action, Iam, RoleOptions, UserOptions } from "./iam.ts";
import { PARTITIONS } from "./partitions.ts";

/** Account of the node, its pods and the user `ci`. */
export const ACCOUNT = "123456789012";
/** Another account; principals of the first account may assume its role `pull`. */
export const OTHER_ACCOUNT = "210987654321";

/** Roles that every fake AWS has, in each partition. */
export type RoleName = "node" | "pod" | "pull" | "denied";

export function roleArn(name: RoleName, partition = "aws"): string {
  return `arn:${partition}:iam::${name === "pull" ? OTHER_ACCOUNT : ACCOUNT}:role/${name}`;
}

export function userArn(partition = "aws"): string {
  return `arn:${partition}:iam::${ACCOUNT}:user/ci`;
}

/** Creates the users and roles of every partition, plus the configured ones. @returns keys of `ci`, by partition */
export function populate(iam: Iam, users: readonly UserOptions[], roles: readonly RoleOptions[]) {
  const keys = new Map(PARTITIONS.map(({ name }) => [name, iam.addUser({ arn: userArn(name) })]));
  for (const { name } of PARTITIONS) for (const role of rolesOf(name)) iam.addRole(role);
  for (const role of roles) iam.addRole(role);
  for (const user of users) iam.addUser(user);
  return keys;
}

function rolesOf(partition: string): RoleOptions[] {
  const ci = userArn(partition);
  const [node, pod] = [roleArn("node", partition), roleArn("pod", partition)];
  const pods = { subjects: ["system:serviceaccount:default:*"] };
  const none: Action[] = [];
  return [
    { arn: node, trust: { principals: [ci] } },
    { arn: pod, trust: { principals: [ci], webIdentity: pods } },
    // The other account's role trusts only the principals in its trust policy.
    { arn: roleArn("pull", partition), trust: { principals: [ci, node, pod] } },
    // Can be assumed, but has no permissions.
    { arn: roleArn("denied", partition), trust: { principals: [ci, node], webIdentity: pods }, allow: none },
  ];
}
