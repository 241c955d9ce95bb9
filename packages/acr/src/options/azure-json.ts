import { OptionsError, Secret } from "@imagecred/protocol";

/** The fields of azure.json that registry credentials need. */
export interface AzureConfig {
  readonly cloud: string | undefined;
  readonly tenantId: string | undefined;
  readonly aadClientId: string | undefined;
  readonly aadClientSecret: Secret | undefined;
  readonly aadClientCertPath: string | undefined;
  readonly aadClientCertPassword: Secret | undefined;
  readonly aadFederatedTokenFile: string | undefined;
  readonly useFederatedWorkloadIdentityExtension: boolean;
  /** undefined if it is not set: then a managed identity is tried last. */
  readonly useManagedIdentityExtension: boolean | undefined;
  readonly userAssignedIdentityID: string | undefined;
  readonly resourceManagerEndpoint: string | undefined;
  readonly userAgent: string | undefined;
  /** `adfs` on a Stack Hub with AD FS. */
  readonly identitySystem: string | undefined;
}

/** Fields by name in lower case. A YAML scalar that is not a string is its text. */
type Fields = ReadonlyMap<string, unknown>;

/** The value that AKS writes for a node without a service principal. */
const NO_SERVICE_PRINCIPAL = "msi";

/**
 * Parses the text of azure.json: JSON or YAML. Keys may have any letter case, as in the Go plugin; a switch may be a
 * boolean or the text `true`/`false`. Other fields are ignored.
 * @throws {OptionsError} with the file and the field, never a value that may be secret
 */
export async function parseAzureConfig(text: string, path: string): Promise<AzureConfig> {
  const clean = text.replace(/^\ufeff/, "");
  const fields = fieldsOf(await documentOf(clean, path), path);
  const string = (name: string) => stringField(fields, name, path)?.trim() || undefined;
  const secret = (name: string) => {
    const value = stringField(fields, name, path);
    return value === undefined ? undefined : new Secret(value);
  };
  const principal = (value: string | undefined) =>
    value?.toLowerCase() === NO_SERVICE_PRINCIPAL ? undefined : value;
  const aadClientId = principal(string("aadClientId"));
  return {
    cloud: string("cloud"),
    tenantId: string("tenantId"),
    aadClientId,
    aadClientSecret:
      principal(string("aadClientSecret")) === undefined ? undefined : secret("aadClientSecret"),
    aadClientCertPath: string("aadClientCertPath"),
    aadClientCertPassword: secret("aadClientCertPassword"),
    aadFederatedTokenFile: string("aadFederatedTokenFile"),
    useFederatedWorkloadIdentityExtension:
      switchField(fields, "useFederatedWorkloadIdentityExtension", path) ?? false,
    useManagedIdentityExtension: switchField(fields, "useManagedIdentityExtension", path),
    userAssignedIdentityID: string("userAssignedIdentityID"),
    resourceManagerEndpoint: string("resourceManagerEndpoint"),
    userAgent: string("userAgent"),
    identitySystem: string("identitySystem"),
  };
}

async function documentOf(text: string, path: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    // JSON's error would quote the file, which contains secrets; the YAML parser's error has only the position.
    const { parseYaml } = await import("./azure-yaml.ts");
    return parseYaml(text, path);
  }
}

/** The fields of a document. @throws {OptionsError} if the document is not a mapping */
export function fieldsOf(document: unknown, path: string): Fields {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new OptionsError(`${path} is not a JSON or YAML object with the fields of azure.json`);
  }
  return new Map(Object.entries(document).map(([key, value]) => [key.toLowerCase(), value]));
}

/** A text field; undefined if absent, null or empty. @throws {OptionsError} */
export function stringField(fields: Fields, name: string, path: string): string | undefined {
  const value = fields.get(name.toLowerCase());
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw wrongType(path, name, value, "a string");
  return value;
}

function switchField(fields: Fields, name: string, path: string): boolean | undefined {
  const value = fields.get(name.toLowerCase());
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.trim().toLowerCase() : undefined;
  if (word === "true") return true;
  if (word === "false") return false;
  throw wrongType(path, name, value, "true or false");
}

function wrongType(path: string, name: string, value: unknown, expected: string): OptionsError {
  const type = Array.isArray(value)
    ? "a list"
    : typeof value === "object"
      ? "an object"
      : `a ${typeof value}`;
  return new OptionsError(
    `${path}: ${name} is ${type === "a string" ? "another text" : type}, expected ${expected}`,
  );
}
