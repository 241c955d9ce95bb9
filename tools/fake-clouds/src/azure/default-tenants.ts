import type { Cluster } from "../core/cluster.ts";
import type { Secrets } from "../core/secrets.ts";
import type { RegistryOptions } from "./acr.ts";
import { type ClientCertificate, createClientCertificate } from "./client-certificate.ts";
import { type AzureCloud, CLOUDS, names } from "./clouds.ts";
import type { App, Directory } from "./directory.ts";
import type { ManagedIdentity } from "./imds.ts";

/** Tenants that every fake Azure has: one per cloud, a partner's in the public cloud, and AD FS's on the Stack Hub. */
export const TENANTS = {
  public: "10000000-aaaa-4aaa-8aaa-000000000001",
  china: "10000000-aaaa-4aaa-8aaa-000000000002",
  usgov: "10000000-aaaa-4aaa-8aaa-000000000003",
  stack: "10000000-aaaa-4aaa-8aaa-000000000004",
  partner: "10000000-aaaa-4aaa-8aaa-000000000005",
  adfs: "adfs",
} as const;

export type TenantName = keyof typeof TENANTS;

/** Audience of the tokens that applications trust, from Azure's documentation. */
export const TOKEN_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange";

/** The applications of every tenant. */
export interface Population {
  /** An application for a node: with a client secret, a certificate, and trust in `system:serviceaccount:kube-system:node`. */
  readonly node: App;
  readonly nodeSecret: string;
  readonly nodeCertificate: ClientCertificate;
  /** An application that trusts `system:serviceaccount:default:app`. */
  readonly pod: App;
  /** Identities of this tenant's virtual machine: one system-assigned and two user-assigned. */
  readonly machine: readonly [ManagedIdentity, ManagedIdentity, ManagedIdentity];
}

export async function populate(
  directory: Directory,
  clusters: readonly Cluster[],
  secrets: Secrets,
): Promise<ReadonlyMap<TenantName, Population>> {
  const populations = new Map<TenantName, Population>();
  // One for all: generating an RSA key is slow.
  const nodeCertificate = await createClientCertificate(secrets);
  for (const [index, name] of (Object.keys(TENANTS) as TenantName[]).entries()) {
    const cloud: AzureCloud = name === "partner" ? "public" : name === "adfs" ? "stack" : name;
    const tenant = directory.addTenant(TENANTS[name], cloud);
    const nodeSecret = secrets.issue("azure.clientSecret", 40);
    const id = (kind: number) => `2000000${index}-bbbb-4bbb-8bbb-${String(kind).padStart(12, "0")}`;
    // A federated credential has one audience, so create one per audience of this cloud.
    const audiences = new Set([TOKEN_EXCHANGE_AUDIENCE, CLOUDS[cloud].tokenExchange]);
    const trust = (subject: string) =>
      clusters.flatMap(({ issuer }) => [...audiences].map((audience) => ({ issuer, subject, audience })));
    populations.set(name, {
      node: directory.addApp({
        tenant,
        name: "node",
        clientId: id(1),
        secrets: [{ value: nodeSecret }],
        certificates: [nodeCertificate.certificatePem],
        federated: trust("system:serviceaccount:kube-system:node"),
      }),
      nodeSecret,
      nodeCertificate,
      pod: directory.addApp({
        tenant,
        name: "pod",
        clientId: id(2),
        federated: trust("system:serviceaccount:default:app"),
      }),
      machine: [
        {
          app: directory.addApp({ tenant, name: "vm", clientId: id(3), objectId: id(13), managed: true }),
          resourceId: undefined,
        },
        userAssigned(
          directory.addApp({ tenant, name: "kubelet", clientId: id(4), objectId: id(14), managed: true }),
        ),
        userAssigned(
          directory.addApp({ tenant, name: "other", clientId: id(5), objectId: id(15), managed: true }),
        ),
      ],
    });
  }
  return populations;
}

function userAssigned(app: App): ManagedIdentity {
  const group = "/subscriptions/30000000-cccc-4ccc-8ccc-000000000001/resourceGroups/nodes";
  const resourceId = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${app.name}`;
  return { app, resourceId };
}

/** `myreg` in every cloud, one with a domain name label's hash, a partner's, and one with anonymous pulls and no roles. */
export function defaultRegistries(): readonly RegistryOptions[] {
  return [
    ...names().map((cloud) => ({ name: "myreg", cloud, tenant: TENANTS[cloud], regions: ["eastus"] })),
    { name: "myreg-h4x0r2d2c3p0bb88", tenant: TENANTS.public },
    { name: "partnerreg", tenant: TENANTS.partner },
    { name: "openreg", tenant: TENANTS.public, anonymousPull: true, pullers: [] },
    { name: "adfsreg", cloud: "stack", tenant: TENANTS.adfs },
  ];
}
