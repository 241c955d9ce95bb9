import {
  CredentialError,
  fillTemplate,
  OptionsError,
  parseTemplate,
  type Template,
  type TemplateValues,
} from "@imagecred/protocol";
import type { AcrRegistry } from "./registry.ts";

/**
 * A tenant's GUID or one of its domains, checked because it becomes a segment of a URL. Entra's names for "any tenant" are
 * only for people who sign in (https://learn.microsoft.com/entra/identity-platform/v2-protocols#endpoints).
 */
export const TENANT = /^(?!(?:common|organizations|consumers)$)[0-9a-z](?:[0-9a-z.-]*[0-9a-z])?$/i;

/** Checks a configured tenant before anything is sent. @throws {CredentialError} if it is not a tenant */
export function requireTenant(tenantId: string): void {
  if (TENANT.test(tenantId)) return;
  throw new CredentialError({
    action: "signing in to Microsoft Entra ID",
    reason: `the configured tenant is ${JSON.stringify(tenantId.slice(0, 80))}, expected a tenant's GUID or domain`,
    advice: "correct tenantId in azure.json, AZURE_TENANT_ID or --tenant-id",
    failure: "misconfigured",
  });
}

/** Placeholders of tenants. */
const PLACEHOLDERS = ["registry"];

/**
 * Parses a tenant, which may have a placeholder: `{registry}.onmicrosoft.com`.
 * @param from the setting, for messages
 * @throws {OptionsError}
 */
export function parseTenant(tenant: string, from: string): Template {
  const template = parseTemplate(tenant, PLACEHOLDERS, from);
  if (TENANT.test(fillTemplate(template, { registry: "registry" }, ""))) return template;
  throw new OptionsError(`${from} is ${JSON.stringify(tenant)}, expected a tenant's GUID or domain`);
}

/** The tenant for a registry. */
export function tenantFor(tenant: Template, registry: AcrRegistry): string {
  return fillTemplate(tenant, valuesOf(registry), registry.host);
}

/** The values of placeholders for a registry. */
export function valuesOf({ name }: AcrRegistry): TemplateValues {
  return { registry: name };
}
