import {
  type Environment,
  type Files,
  type ImageIdentities,
  type Invocation,
  warnAboutIgnoredFlags,
} from "@imagecred/protocol";
import { type AcrArguments, parseArguments } from "./options/arguments.ts";
import { type AzureConfig, parseAzureConfig } from "./options/azure-json.ts";
import { type CloudChoice, cloudFromEnvironment, cloudOf } from "./options/cloud-choice.ts";
import {
  type NodeIdentityOrNot,
  nodeIdentitiesFromEnvironment,
  nodeIdentitiesOf,
} from "./options/node-identities.ts";

/** The settings from the configuration file, or without one from the environment. */
interface Configuration {
  readonly cloud: CloudChoice;
  /** Tenant of the node, and of pods without an annotation: `--tenant-id`, else the configuration's. */
  readonly tenantId: string | undefined;
  readonly nodeIdentities: readonly NodeIdentityOrNot[];
  /** Replaces our user agent in calls to Entra ID and the registry. */
  readonly userAgent: string | undefined;
}

/** The plugin's options. */
export interface AcrOptions extends AcrArguments, Configuration {
  /** The contents of the `--identities` file; undefined without the flag, and until it is loaded. */
  readonly identities?: ImageIdentities<AcrOptions> | undefined;
}

/** Parses the command line, and azure.json or else the environment. @throws {OptionsError} */
export async function parseOptions({ args, env, files, log }: Invocation): Promise<AcrOptions> {
  const parsed = parseArguments({ args, env });
  warnAboutIgnoredFlags(parsed, log);
  return { ...parsed, ...(await configured(parsed, env, files)) };
}

async function configured(
  { configFile: path, tenant }: AcrArguments,
  env: Environment,
  files: Files,
): Promise<Configuration> {
  // It may have placeholders: {@link withTenant} replaces it by the registry's tenant.
  const tenantFlag = tenant?.text;
  if (path === undefined) {
    const withTenant = tenantFlag === undefined ? env : { ...env, AZURE_TENANT_ID: tenantFlag };
    return {
      cloud: { kind: "known", cloud: cloudFromEnvironment(env) },
      tenantId: withTenant["AZURE_TENANT_ID"] || undefined,
      nodeIdentities: nodeIdentitiesFromEnvironment(withTenant),
      userAgent: undefined,
    };
  }
  const config = await parseAzureConfig(await files.readText(path, "configuration file"), path);
  const adfs = config.identitySystem?.toLowerCase() === "adfs";
  const tenantId = adfs ? "adfs" : (tenantFlag ?? config.tenantId);
  const withTenant: AzureConfig = { ...config, tenantId };
  return {
    cloud: await cloudOf(config, path, env, files),
    tenantId,
    nodeIdentities: nodeIdentitiesOf(withTenant, path),
    userAgent: config.userAgent,
  };
}

/** The options with another tenant for all identities. A Stack Hub with AD FS has only one tenant. */
export function withTenant(options: AcrOptions, tenantId: string): AcrOptions {
  if (options.tenantId === "adfs") return options;
  const nodeIdentities = options.nodeIdentities.map((identity) =>
    "tenantId" in identity ? { ...identity, tenantId } : identity,
  );
  return { ...options, tenantId, nodeIdentities };
}

/**
 * The options with another application, or user-assigned identity, for the node and for pods without an annotation.
 * @param setting the setting's name, for messages
 */
export function withClient(options: AcrOptions, clientId: string, setting: string): AcrOptions {
  const nodeIdentities = options.nodeIdentities.map((identity): NodeIdentityOrNot => {
    if ("unavailable" in identity) return identity;
    return identity.kind === "managed" ? { ...identity, id: clientId, setting } : { ...identity, clientId };
  });
  const node = options.node.kind === "own" ? options.node : { ...options.node, clientId };
  return { ...options, clientId, node, nodeIdentities };
}
