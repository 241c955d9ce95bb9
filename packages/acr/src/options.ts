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
  /** Tenant of the node, and of pods whose service account names none. */
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
  return { ...parsed, ...(await configured(parsed.configFile, env, files)) };
}

async function configured(path: string | undefined, env: Environment, files: Files): Promise<Configuration> {
  if (path === undefined) {
    return {
      cloud: { kind: "known", cloud: cloudFromEnvironment(env) },
      tenantId: env["AZURE_TENANT_ID"] || undefined,
      nodeIdentities: nodeIdentitiesFromEnvironment(env),
      userAgent: undefined,
    };
  }
  const config = await parseAzureConfig(await files.readText(path, "configuration file"), path);
  const adfs = config.identitySystem?.toLowerCase() === "adfs";
  const withTenant: AzureConfig = adfs ? { ...config, tenantId: "adfs" } : config;
  return {
    cloud: await cloudOf(config, path, env, files),
    tenantId: withTenant.tenantId,
    nodeIdentities: nodeIdentitiesOf(withTenant, path),
    userAgent: config.userAgent,
  };
}
