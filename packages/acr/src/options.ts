import { type Environment, type Files, type Invocation, warnOfIgnoredFlags } from "@imagecred/protocol";
import { type AcrArguments, parseArguments } from "./options/arguments.ts";
import { type AzureConfig, parseAzureConfig } from "./options/azure-json.ts";
import { type CloudChoice, cloudFromEnvironment, cloudOf } from "./options/cloud-choice.ts";
import {
  type NodeIdentityOrNot,
  nodeIdentitiesFromEnvironment,
  nodeIdentitiesOf,
} from "./options/node-identities.ts";

/** What the configuration file says, or the environment where there is none. */
interface Configuration {
  readonly cloud: CloudChoice;
  /** Tenant of the node, and of pods whose service account names none: `--tenant-id`, else the configuration's. */
  readonly tenantId: string | undefined;
  readonly nodeIdentities: readonly NodeIdentityOrNot[];
  /** Replaces our own in calls to Entra ID and the registry. */
  readonly userAgent: string | undefined;
}

export interface AcrOptions extends AcrArguments, Configuration {}

/** Reads the command line, azure.json or else the environment. @throws {OptionsError} */
export async function parseOptions({ args, env, files, log }: Invocation): Promise<AcrOptions> {
  const parsed = parseArguments({ args, env });
  warnOfIgnoredFlags(parsed, log);
  return { ...parsed, ...(await configured(parsed, env, files)) };
}

async function configured(
  { configFile: path, tenantId: tenantFlag }: AcrArguments,
  env: Environment,
  files: Files,
): Promise<Configuration> {
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
