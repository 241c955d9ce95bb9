import { checkSessionName, isRoleArn, notARoleArn } from "@imagecred/identities/aws/facts";
import {
  fillTemplate,
  OptionsError,
  parseTemplate,
  type Template,
  type TemplateValues,
} from "@imagecred/protocol";
import type { Registry } from "./registry.ts";

/** Placeholders of roles' ARNs, whose values come from a private registry's name. */
const PLACEHOLDERS = ["account", "region", "partition"];

/** Example values, to check an ARN before the registry is known. */
const ANY: TemplateValues = { account: "123456789012", region: "eu-west-1", partition: "aws" };

/**
 * Parses the ARN of a role, which may have placeholders: `arn:{partition}:iam::{account}:role/pull`.
 * @param from the setting, for messages: a flag or a variable
 * @throws {OptionsError}
 */
export function parseRole(arn: string, from: string): Template {
  const template = parseTemplate(arn, PLACEHOLDERS, from);
  if (isRoleArn(fillTemplate(template, ANY, ""))) return template;
  throw notARoleArn(arn, from);
}

/** The ARN for a registry. @throws {OptionsError} if the registry's name lacks the value of a placeholder */
export function roleFor(role: Template, registry: Registry, image: string): string {
  const arn = fillTemplate(role, valuesOf(registry), image);
  if (isRoleArn(arn)) return arn;
  throw notARoleArn(arn, role.from);
}

/** The values of placeholders for a registry. */
export function valuesOf(registry: Registry): TemplateValues {
  // ECR Public is in this partition only, and its host contains no account and no region.
  if (registry.kind === "public") return { partition: "aws" };
  const { account, region, partition } = registry;
  return { account, region, partition: partition.id };
}

/** STS API reference, AssumeRole, ExternalId. @param from the setting, for messages @throws {OptionsError} */
export function parseExternalId(id: string, from: string): string {
  if (/^[\w+=,.@:/-]{2,1224}$/.test(id)) return id;
  throw new OptionsError(
    `${from} is ${JSON.stringify(id)}, expected 2 to 1224 letters, digits and any of _+=,.@:/-`,
  );
}

/** Checks a session name. @param from the setting, for messages @throws {OptionsError} */
export function parseSessionName(name: string, from: string): string {
  checkSessionName(name, from);
  return name;
}
