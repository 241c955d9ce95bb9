import { checkSessionName, isRoleArn, notARoleArn } from "@imagecred/identities/aws/facts";
import {
  fillTemplate,
  OptionsError,
  parseTemplate,
  type Template,
  type TemplateValues,
} from "@imagecred/protocol";
import type { Registry } from "./registry.ts";

/** Placeholders of roles' ARNs: what the name of a private registry says. */
const PLACEHOLDERS = ["account", "region", "partition"];

/** What a private registry's name may say, for checking an ARN before there is one. */
const ANY: TemplateValues = { account: "123456789012", region: "eu-west-1", partition: "aws" };

/**
 * The ARN of a role, which may have placeholders: `arn:{partition}:iam::{account}:role/pull`.
 * @param from where it is written: a flag, a variable
 * @throws {OptionsError}
 */
export function parseRole(arn: string, from: string): Template {
  const template = parseTemplate(arn, PLACEHOLDERS, from);
  if (isRoleArn(fillTemplate(template, ANY, ""))) return template;
  throw notARoleArn(arn, from);
}

/** The ARN for a registry. @throws {OptionsError} where the registry's name does not say what the ARN needs */
export function roleFor(role: Template, registry: Registry, image: string): string {
  const arn = fillTemplate(role, valuesOf(registry), image);
  if (isRoleArn(arn)) return arn;
  throw notARoleArn(arn, role.from);
}

/** What the name of a registry says. */
export function valuesOf(registry: Registry): TemplateValues {
  // ECR Public is in this partition only, and its host names no account and no region.
  if (registry.kind === "public") return { partition: "aws" };
  const { account, region, partition } = registry;
  return { account, region, partition: partition.id };
}

/** STS API reference, AssumeRole, ExternalId. @param from where it is written @throws {OptionsError} */
export function parseExternalId(id: string, from: string): string {
  if (/^[\w+=,.@:/-]{2,1224}$/.test(id)) return id;
  throw new OptionsError(
    `${from} is ${JSON.stringify(id)}, expected 2 to 1224 letters, digits and any of _+=,.@:/-`,
  );
}

/** @param from where it is written @throws {OptionsError} */
export function parseSessionName(name: string, from: string): string {
  checkSessionName(name, from);
  return name;
}
