import type { Core } from "../core/core.ts";
import { CLOUDS } from "./clouds.ts";
import { type Population, TENANTS, type TenantName } from "./default-tenants.ts";

/** Node identities. The managed identities belong to the fake virtual machine. */
export type AzureIdentity =
  | "managed-identity"
  | "user-assigned-client-id"
  | "user-assigned-object-id"
  | "user-assigned-resource-id"
  | "client-secret"
  | "client-certificate"
  | "federated-token-file"
  | "arc"
  | "none";

export interface IdentityParts {
  readonly core: Core;
  readonly imdsOrigin: string;
  readonly arcOrigin: string;
  readonly tenant: TenantName;
  readonly population: Population;
}

/** Variables for the metadata service and, where @azure/identity has variables for it, the identity. */
export async function identityEnv(
  identity: AzureIdentity,
  parts: IdentityParts,
): Promise<Record<string, string>> {
  const { population, tenant } = parts;
  const imds = { AZURE_POD_IDENTITY_AUTHORITY_HOST: parts.imdsOrigin };
  const authority = { AZURE_AUTHORITY_HOST: `https://${CLOUDS[cloudOf(tenant)].login[0]}` };
  const app = { AZURE_TENANT_ID: TENANTS[tenant], AZURE_CLIENT_ID: population.node.clientId };
  switch (identity) {
    case "user-assigned-client-id":
      return { ...imds, ...authority, AZURE_CLIENT_ID: population.machine[1].app.clientId };
    case "client-secret":
      return { ...imds, ...authority, ...app, AZURE_CLIENT_SECRET: population.nodeSecret };
    case "client-certificate":
      return { ...imds, ...authority, ...app, AZURE_CLIENT_CERTIFICATE_PATH: await certificateFile(parts) };
    case "federated-token-file":
      return { ...imds, ...authority, ...app, AZURE_FEDERATED_TOKEN_FILE: await federatedTokenFile(parts) };
    case "arc":
      return {
        ...imds,
        ...authority,
        IDENTITY_ENDPOINT: `${parts.arcOrigin}/metadata/identity/oauth2/token`,
        IMDS_ENDPOINT: parts.arcOrigin,
      };
    default:
      return { ...imds, ...authority };
  }
}

/** The same identity in azure.json. */
export async function identityConfig(
  identity: AzureIdentity,
  parts: IdentityParts,
): Promise<Record<string, unknown>> {
  const { population, tenant } = parts;
  const cloud = cloudOf(tenant);
  const common = {
    cloud: CLOUDS[cloud].configName,
    ...(cloud === "stack" ? { resourceManagerEndpoint: `https://${CLOUDS.stack.resourceManager}/` } : {}),
    tenantId: TENANTS[tenant],
    location: "eastus",
  };
  // The azure.json that AKS writes on its nodes.
  const managed = {
    ...common,
    aadClientId: "msi",
    aadClientSecret: "msi",
    useManagedIdentityExtension: true,
  };
  const [, { app, resourceId }] = population.machine;
  const application = { ...common, aadClientId: population.node.clientId };
  switch (identity) {
    case "managed-identity":
    case "arc":
      return managed;
    case "user-assigned-client-id":
      return { ...managed, userAssignedIdentityID: app.clientId };
    case "user-assigned-object-id":
      return { ...managed, userAssignedIdentityID: app.objectId };
    case "user-assigned-resource-id":
      return { ...managed, userAssignedIdentityID: resourceId };
    case "client-secret":
      return { ...application, aadClientSecret: population.nodeSecret };
    case "client-certificate":
      return { ...application, aadClientCertPath: await certificateFile(parts) };
    case "federated-token-file":
      return {
        ...application,
        useFederatedWorkloadIdentityExtension: true,
        aadFederatedTokenFile: await federatedTokenFile(parts),
      };
    case "none":
      return { ...common, useManagedIdentityExtension: false };
  }
}

function certificateFile({ core, tenant, population }: IdentityParts): Promise<string> {
  const { privateKeyPem, certificatePem } = population.nodeCertificate;
  return core.writeFile(`azure-${tenant}-certificate.pem`, privateKeyPem + certificatePem);
}

async function federatedTokenFile({ core, tenant }: IdentityParts): Promise<string> {
  const token = await core.cluster.issueServiceAccountToken({
    audience: "api://AzureADTokenExchange",
    namespace: "kube-system",
    serviceAccount: "node",
  });
  return core.writeFile(`azure-${tenant}-federated-token`, token);
}

export function cloudOf(tenant: TenantName) {
  if (tenant === "partner") return "public";
  return tenant === "adfs" ? "stack" : tenant;
}
