import { fillTemplate, OptionsError, parseTemplate, type Template } from "@imagecred/protocol";
import type { AcrRegistry } from "./registry.ts";

/** A tenant's GUID or one of its domains: it becomes a segment of a URL. */
export const TENANT = /^[0-9a-z](?:[0-9a-z.-]*[0-9a-z])?$/i;

/** What the name of a registry says. */
const PLACEHOLDERS = ["registry"];

/**
 * A tenant, which may have a placeholder: `{registry}.onmicrosoft.com`.
 * @param from where it is written
 * @throws {OptionsError}
 */
export function parseTenant(tenant: string, from: string): Template {
  const template = parseTemplate(tenant, PLACEHOLDERS, from);
  if (TENANT.test(fillTemplate(template, { registry: "registry" }, ""))) return template;
  throw new OptionsError(`${from} is ${JSON.stringify(tenant)}, expected a tenant's GUID or domain`);
}

/** The tenant for a registry. */
export function tenantFor(tenant: Template, { name, host }: AcrRegistry): string {
  return fillTemplate(tenant, { registry: name }, host);
}
