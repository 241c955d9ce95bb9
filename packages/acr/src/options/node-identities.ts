import { type Environment, OptionsError, Secret } from "@imagecred/protocol";
import type { AzureConfig } from "./azure-json.ts";

/** An application that is registered in Entra ID. */
interface Application {
  readonly clientId: string;
  readonly tenantId: string;
}

/** A token file of another issuer, such as a projected service account token. */
export interface FederatedIdentity extends Application {
  readonly kind: "federated";
  readonly tokenFile: string;
}

/** An application with a certificate. */
export interface CertificateIdentity extends Application {
  readonly kind: "certificate";
  /** PEM or PKCS#12. */
  readonly path: string;
  /** More PEM files: the key, certificates of issuers. */
  readonly others?: readonly string[];
  readonly password: Secret | undefined;
  /** True to send the certificate (`x5c`), for applications that trust a subject name and issuer. */
  readonly sendChain: boolean;
}

/** An application with a secret. */
export interface SecretIdentity extends Application {
  readonly kind: "secret";
  readonly secret: Secret;
}

/** A managed identity of the machine. */
export interface ManagedIdentity {
  readonly kind: "managed";
  /** Client id, object id or ARM id of a user-assigned identity; undefined for the machine's own. */
  readonly id: string | undefined;
  /** The setting of the id, for messages: "userAssignedIdentityID in azure.json". */
  readonly setting: string;
}

/** An identity of the node. */
export type NodeIdentity = FederatedIdentity | CertificateIdentity | SecretIdentity | ManagedIdentity;

/** A configured node identity, or the reason it is not configured. */
export type NodeIdentityOrNot =
  | NodeIdentity
  | { readonly kind: NodeIdentity["kind"]; readonly unavailable: string };

/**
 * The node's identities in azure.json, in the order in which they are tried: a token file, a certificate, a secret, a
 * managed identity. With `useManagedIdentityExtension: true`, the managed identity is tried right after the token file, as
 * in cloud-provider-azure.
 * @throws {OptionsError} if a configured identity lacks a setting
 */
export function nodeIdentitiesOf(config: AzureConfig, path: string): readonly NodeIdentityOrNot[] {
  const application = (what: string): Application => ({
    clientId: needed(config.aadClientId, "aadClientId", what, path),
    tenantId: needed(config.tenantId, "tenantId", what, path),
  });
  const rest = [certificateOf(config, application), secretOf(config, application)];
  const managed = managedOf(config, path);
  const federated = federatedOf(config, path, application);
  const unproven = [federated, ...rest].every((each) => "unavailable" in each);
  if (config.aadClientId !== undefined && config.useManagedIdentityExtension === undefined && unproven) {
    throw new OptionsError(
      `${path} has aadClientId, but no credential for it: add aadClientSecret or aadClientCertPath, or set useManagedIdentityExtension`,
    );
  }
  return [
    federated,
    ...(config.useManagedIdentityExtension === true ? [managed, ...rest] : [...rest, managed]),
  ];
}

type ApplicationFor = (what: string) => Application;

function federatedOf(config: AzureConfig, path: string, application: ApplicationFor): NodeIdentityOrNot {
  if (!config.useFederatedWorkloadIdentityExtension)
    return { kind: "federated", unavailable: "useFederatedWorkloadIdentityExtension is not true" };
  const what = "useFederatedWorkloadIdentityExtension";
  const tokenFile = needed(config.aadFederatedTokenFile, "aadFederatedTokenFile", what, path);
  return { kind: "federated", ...application(what), tokenFile };
}

function certificateOf(config: AzureConfig, application: ApplicationFor): NodeIdentityOrNot {
  const { aadClientCertPath, aadClientCertPassword, useManagedIdentityExtension } = config;
  if (useManagedIdentityExtension === true)
    return { kind: "certificate", unavailable: "useManagedIdentityExtension is true" };
  if (aadClientCertPath === undefined) return { kind: "certificate", unavailable: "no aadClientCertPath" };
  return {
    kind: "certificate",
    ...application("aadClientCertPath"),
    path: aadClientCertPath,
    password: aadClientCertPassword,
    sendChain: true,
  };
}

function secretOf(config: AzureConfig, application: ApplicationFor): NodeIdentityOrNot {
  const { aadClientSecret, useManagedIdentityExtension } = config;
  if (useManagedIdentityExtension === true)
    return { kind: "secret", unavailable: "useManagedIdentityExtension is true" };
  if (aadClientSecret === undefined) return { kind: "secret", unavailable: "no aadClientSecret" };
  return { kind: "secret", ...application("aadClientSecret"), secret: aadClientSecret };
}

function managedOf(config: AzureConfig, path: string): NodeIdentityOrNot {
  if (config.useManagedIdentityExtension === false)
    return { kind: "managed", unavailable: "useManagedIdentityExtension is false" };
  return { kind: "managed", id: config.userAssignedIdentityID, setting: `userAssignedIdentityID in ${path}` };
}

function needed(value: string | undefined, field: string, forWhat: string, path: string): string {
  if (value !== undefined) return value;
  const flag = field === "tenantId" ? "; add it, or set --tenant-id" : "";
  throw new OptionsError(`${path} has ${forWhat}, but no ${field}, which it needs${flag}`);
}

/**
 * The same from the environment, without an azure.json: the variables of @azure/identity's EnvironmentCredential,
 * WorkloadIdentityCredential and ManagedIdentityCredential
 * (https://learn.microsoft.com/javascript/api/overview/azure/identity-readme#environment-variables).
 * @throws {OptionsError}
 */
export function nodeIdentitiesFromEnvironment(env: Environment): readonly NodeIdentityOrNot[] {
  const set = (name: string) => env[name] || undefined;
  const application = (what: string): Application => ({
    clientId: neededVariable(set("AZURE_CLIENT_ID"), "AZURE_CLIENT_ID", what),
    tenantId: neededVariable(set("AZURE_TENANT_ID"), "AZURE_TENANT_ID", what),
  });
  const tokenFile = set("AZURE_FEDERATED_TOKEN_FILE");
  const path = set("AZURE_CLIENT_CERTIFICATE_PATH");
  const password = set("AZURE_CLIENT_CERTIFICATE_PASSWORD");
  const secret = set("AZURE_CLIENT_SECRET");
  return [
    tokenFile === undefined
      ? { kind: "federated", unavailable: "AZURE_FEDERATED_TOKEN_FILE is not set" }
      : { kind: "federated", ...application("AZURE_FEDERATED_TOKEN_FILE"), tokenFile },
    path === undefined
      ? { kind: "certificate", unavailable: "AZURE_CLIENT_CERTIFICATE_PATH is not set" }
      : {
          kind: "certificate",
          ...application("AZURE_CLIENT_CERTIFICATE_PATH"),
          path,
          password: password === undefined ? undefined : new Secret(password),
          sendChain: /^(?:1|true)$/i.test(set("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN") ?? ""),
        },
    secret === undefined
      ? { kind: "secret", unavailable: "AZURE_CLIENT_SECRET is not set" }
      : { kind: "secret", ...application("AZURE_CLIENT_SECRET"), secret: new Secret(secret) },
    { kind: "managed", id: set("AZURE_CLIENT_ID"), setting: "AZURE_CLIENT_ID" },
  ];
}

function neededVariable(value: string | undefined, name: string, forWhat: string): string {
  if (value !== undefined) return value;
  throw new OptionsError(`${forWhat} is set, but not ${name}, which it needs`);
}
