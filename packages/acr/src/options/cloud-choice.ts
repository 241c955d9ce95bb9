import { type Environment, type Files, OptionsError } from "@imagecred/protocol";
import { type AzureCloud, cloudOfLoginHost, KNOWN_CLOUDS, type KnownCloud, knownCloud } from "../clouds.ts";
import { type AzureConfig, fieldsOf, stringField } from "./azure-json.ts";

/** The configured cloud, or the endpoint to discover it. */
export type CloudChoice =
  | { readonly kind: "known"; readonly cloud: AzureCloud }
  | {
      readonly kind: "discover";
      /** `resourceManagerEndpoint` of azure.json. */
      readonly endpoint: string;
      /** Its name in the list; undefined for the only one. */
      readonly name: string | undefined;
      /** The cloud to use if the list does not have the name: a known cloud, as in the Go plugin. */
      readonly fallback: AzureCloud | undefined;
    };

const STACK = "azurestackcloud";

/**
 * The cloud of azure.json, with `resourceManagerEndpoint` and, for a Stack Hub, the file at AZURE_ENVIRONMENT_FILEPATH
 * (pkg/azclient/cloud.go of cloud-provider-azure; as there, the file wins).
 * @throws {OptionsError}
 */
export async function cloudOf(
  config: AzureConfig,
  path: string,
  env: Environment,
  files: Files,
): Promise<CloudChoice> {
  const { cloud: name, resourceManagerEndpoint: endpoint } = config;
  const known = knownCloud(name ?? "");
  if (name?.toLowerCase() === STACK) {
    const environmentFile = env["AZURE_ENVIRONMENT_FILEPATH"] || undefined;
    if (environmentFile !== undefined)
      return { kind: "known", cloud: await readEnvironmentFile(environmentFile, files) };
  }
  if (endpoint !== undefined) {
    const host = resourceManagerHost(endpoint, path);
    if (known?.resourceManager === host) return { kind: "known", cloud: known };
    return { kind: "discover", endpoint, name, fallback: known };
  }
  if (known !== undefined) return { kind: "known", cloud: known };
  throw new OptionsError(
    `${path}: cloud is ${JSON.stringify(name)}, expected ${KNOWN_CLOUDS.map((each) => each.name).join(", ")}, or AzureStackCloud with resourceManagerEndpoint`,
  );
}

function resourceManagerHost(endpoint: string, path: string): string {
  if (URL.canParse(endpoint) && new URL(endpoint).protocol === "https:") return new URL(endpoint).host;
  throw new OptionsError(
    `${path}: resourceManagerEndpoint is ${JSON.stringify(endpoint)}, expected an https:// URL`,
  );
}

/** Reads the file of azure-sdk's `Environment` on a Stack Hub: JSON with `activeDirectoryEndpoint`, `containerRegistryDNSSuffix` and `storageEndpointSuffix`. */
async function readEnvironmentFile(path: string, files: Files): Promise<AzureCloud> {
  const text = await files.readText(path, "Azure environment file");
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw new OptionsError(`${path} (AZURE_ENVIRONMENT_FILEPATH) is not JSON`);
  }
  const fields = fieldsOf(document, path);
  return customCloud(
    {
      name: stringField(fields, "name", path) ?? "AzureStackCloud",
      loginEndpoint: stringField(fields, "activeDirectoryEndpoint", path),
      registrySuffix: stringField(fields, "containerRegistryDNSSuffix", path),
      storageSuffix: stringField(fields, "storageEndpointSuffix", path),
    },
    path,
  );
}

/** A cloud's endpoints, not checked yet. */
export interface CloudEndpoints {
  readonly name: string;
  readonly loginEndpoint: string | undefined;
  readonly registrySuffix: string | undefined;
  readonly storageSuffix: string | undefined;
}

const DNS_NAME = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/**
 * Checks a cloud's endpoints, because tokens are sent to them.
 * @param from their source, for messages
 * @throws {OptionsError}
 */
export function customCloud(
  { name, loginEndpoint, registrySuffix, storageSuffix }: CloudEndpoints,
  from: string,
): AzureCloud {
  if (
    loginEndpoint === undefined ||
    !URL.canParse(loginEndpoint) ||
    new URL(loginEndpoint).protocol !== "https:"
  ) {
    throw new OptionsError(
      `${from}: the login endpoint is ${shown(loginEndpoint)}, expected an https:// URL`,
    );
  }
  const { origin, host, pathname } = new URL(loginEndpoint);
  const suffixes = suffixesOf(registrySuffix, storageSuffix, host);
  const wrong = suffixes.find((suffix) => !DNS_NAME.test(suffix));
  const [own, shared] = suffixes;
  if (own === undefined || wrong !== undefined) {
    throw new OptionsError(
      `${from}: the suffix of registries is ${shown(wrong)}, expected a DNS name of two labels or more`,
    );
  }
  // AD FS's endpoint has the path `/adfs`, which is also its tenant.
  const adfs = /^\/adfs\/?$/i.test(pathname);
  return {
    name,
    loginEndpoint: origin,
    registrySuffix: own,
    ...(shared === undefined ? {} : { sharedSuffix: shared }),
    resourceManager: undefined,
    adfs,
  };
}

/**
 * The suffixes of a cloud's registries. Without a configured suffix, a Stack Hub's registries are below `azsacr.` and its
 * storage suffix (https://learn.microsoft.com/azure-stack/operator/azure-stack-integrate-endpoints). If it uses a known
 * cloud's Entra ID, that cloud's registries accept its tokens too.
 */
function suffixesOf(
  registrySuffix: string | undefined,
  storageSuffix: string | undefined,
  loginHost: string,
): readonly string[] {
  const clean = (suffix: string) => suffix.toLowerCase().replace(/^\./, "");
  if (registrySuffix !== undefined) return [clean(registrySuffix)];
  const own = storageSuffix === undefined ? [] : [`azsacr.${clean(storageSuffix)}`];
  const shared = cloudOfLoginHost(loginHost);
  return shared === undefined ? own : [...own, shared.registrySuffix];
}

function shown(value: string | undefined): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}

/** The cloud of AZURE_AUTHORITY_HOST; default the public one. @throws {OptionsError} */
export function cloudFromEnvironment(env: Environment): KnownCloud {
  const authority = env["AZURE_AUTHORITY_HOST"] || undefined;
  const withScheme = authority?.includes("://") === false ? `https://${authority}` : authority;
  const host = withScheme === undefined ? undefined : hostOf(withScheme);
  const cloud =
    authority === undefined ? knownCloud("") : host === undefined ? undefined : cloudOfLoginHost(host);
  if (cloud !== undefined) return cloud;
  throw new OptionsError(
    `AZURE_AUTHORITY_HOST is ${JSON.stringify(authority)}, expected the https:// URL of a known cloud's Entra ID; other clouds need a configuration file`,
  );
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) && new URL(url).protocol === "https:" ? new URL(url).host : undefined;
}
