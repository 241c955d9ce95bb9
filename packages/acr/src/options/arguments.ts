import { flagsOfNode, nodeIdentityFlags } from "@imagecred/identities/node-identity";
import {
  type Environment,
  type FlagTable,
  IDENTITIES_FLAG,
  type Invocation,
  identityFlags,
  isIpAddress,
  klogFlags,
  OptionsError,
  type ParsedFlags,
  type PluginArguments,
  parseFlags,
  parseIdentityPolicy,
  parseRegistryMirrors,
  type Template,
  type Usage,
} from "@imagecred/protocol";
import type { KnownCloud } from "../clouds.ts";
import { parseMirrorList } from "../mirrors.ts";
import { parseTenant } from "../tenant.ts";
import { cloudFromEnvironment } from "./cloud-choice.ts";
import { type AcrNodeIdentity, parseAcrNodeIdentity } from "./node-identity.ts";

/** AKS's token endpoint for identity bindings, and the default identity of pods. */
export interface IdentityBindings {
  /** URL of the endpoint: `https://` and `--ib-sni-name`. */
  readonly url: string;
  /** Name in the TLS handshake. */
  readonly serverName: string;
  /** Address (or name) of the API server. */
  readonly apiServer: string;
  readonly caFile: string;
  readonly defaultClientId: string | undefined;
  readonly defaultTenantId: string | undefined;
}

/** The parsed command line and environment, without the configuration file. */
export interface AcrArguments extends PluginArguments {
  /** Path of azure.json; undefined if the environment is the configuration. */
  readonly configFile: string | undefined;
  /** The environment's cloud; undefined with a configuration file, which decides. */
  readonly environmentCloud: KnownCloud | undefined;
  readonly identityBindings: IdentityBindings | undefined;
  /** Tenant of the node's application and of pods without an annotation; undefined for the configuration's. */
  readonly tenant: Template | undefined;
  /** Application or user-assigned identity of pods without an annotation. */
  readonly clientId: string | undefined;
  /** The node's identity; default the configuration's. */
  readonly node: AcrNodeIdentity;
  /** Audience of the tokens of Entra ID. */
  readonly audience: string;
  /** True to add an entry without a credential for the cloud's registries, so that a failed pull is retried without one. */
  readonly anonymousSecondTry: boolean;
  /** Flags that were given and have no effect. */
  readonly ignored: readonly string[];
}

/** The audience of tokens for registries (`AcrAudience` of cloud-provider-azure). */
const REGISTRY_AUDIENCE = "https://containerregistry.azure.net";

export const NAME = "acr-credential-provider";

/** As in the plugin of cloud-provider-azure: a pod never gets the node's identity. */
export const DEFAULT_FALLBACK = "none";

/** The flags. A function, because most command lines have no flags and do not need the table. */
export const flagTable = (): FlagTable => ({
  "registry-mirror": {
    kind: "value",
    short: "r",
    placeholder: "SOURCE:TARGET[,...]",
    help: "images of SOURCE get the credentials of the registry TARGET; each is HOST[:PORT][/PATH]",
    repeated: true,
  },
  registry: {
    kind: "value",
    placeholder: "HOST[:PORT][/PATH]=TARGET",
    help: "the same, for one pair",
    repeated: true,
  },
  ...identityFlags(DEFAULT_FALLBACK),
  ...nodeIdentityFlags("azure"),
  "tenant-id": {
    kind: "value",
    placeholder: "TENANT",
    help: "tenant of the registry, if it differs from azure.json's: the node's application gets its token there; {registry} is replaced by the registry's name",
  },
  audience: {
    kind: "value",
    placeholder: "URI",
    help: "audience of the Entra ID tokens, in clouds that do not know the default",
    default: REGISTRY_AUDIENCE,
  },
  "anonymous-second-try": {
    kind: "switch",
    help: "add an entry without a credential, so that a failed pull is retried without one",
  },
  "ib-sni-name": {
    kind: "value",
    placeholder: "NAME",
    help: "AKS identity bindings: name of the token endpoint, without https://",
  },
  "ib-apiserver-ip": {
    kind: "value",
    placeholder: "ADDRESS",
    help: "address of the API server, which has the token endpoint",
  },
  "ib-default-client-id": {
    kind: "value",
    placeholder: "ID",
    help: "client ID of pods whose service account has no annotation",
  },
  "ib-default-tenant-id": { kind: "value", placeholder: "ID", help: "tenant of these pods" },
  "ib-ca-file": {
    kind: "value",
    placeholder: "PATH",
    help: "CA of the token endpoint",
    default: "/etc/kubernetes/certs/ca.crt",
  },
  ...IDENTITIES_FLAG,
  ...klogFlags(),
});

/** The contents of `--help`. */
export const USAGE: Usage = {
  title: "Kubelet image credential provider for Azure Container Registry.",
  arguments: "[AZURE_JSON]",
  argumentsHelp:
    "AZURE_JSON is the node's configuration file, usually /etc/kubernetes/azure.json (JSON or YAML). Without it, the AZURE_* variables of the Azure SDKs are read.",
  get flags() {
    return flagTable();
  },
  environment: { "AZURE_*": "the node's identity and cloud, as in the Azure SDKs" },
};

/** The CA's path on AKS nodes, which is fixed in the Go plugin. */
const CLUSTER_CA_FILE = "/etc/kubernetes/certs/ca.crt";

/** Parses the command line and the environment. @throws {OptionsError} */
export function parseArguments({ args, env }: Pick<Invocation, "args" | "env">): AcrArguments {
  const flags = parseFlags(args, flagTable);
  const [configFile, second] = flags.positionals;
  if (second !== undefined) {
    throw new OptionsError(
      `one configuration file is expected, but there are ${JSON.stringify(flags.positionals)}`,
    );
  }
  const identityBindings = identityBindingsOf(flags);
  return {
    identity: parseIdentityPolicy(
      // As in the Go plugin: with identity bindings, a request without a pod's token is an error.
      flags.value("identity") ?? (identityBindings === undefined ? undefined : "pod"),
      flags.value("identity-fallback"),
      DEFAULT_FALLBACK,
    ),
    mirrors: [
      ...parseRegistryMirrors(flags.values("registry")),
      ...parseMirrorList(flags.values("registry-mirror")),
    ],
    configFile,
    environmentCloud: configFile === undefined ? cloudFromEnvironment(env) : undefined,
    identityBindings,
    identitiesFile: flags.value("identities"),
    tenant: tenantOf(flags.value("tenant-id"), configFile === undefined ? env : {}),
    clientId: undefined,
    node: parseAcrNodeIdentity(flagsOfNode(flags)),
    audience: parseAudience(flags.value("audience") ?? REGISTRY_AUDIENCE, "--audience"),
    anonymousSecondTry: flags.value("anonymous-second-try") === "true",
    ignored: flags.ignored,
  };
}

function tenantOf(flag: string | undefined, env: Environment): Template | undefined {
  if (flag !== undefined) return parseTenant(flag, "--tenant-id");
  const variable = env["AZURE_TENANT_ID"] ?? "";
  // Without placeholders, it is part of the configuration, as in the SDKs.
  return /[{}]/.test(variable) ? parseTenant(variable, "AZURE_TENANT_ID") : undefined;
}

/** Checks an audience. @param from the setting, for messages @throws {OptionsError} */
export function parseAudience(audience: string, from: string): string {
  if (/^(?:https|api):\/\/[^\s/][^\s]*$/.test(audience)) return audience;
  throw new OptionsError(
    `${from} is ${JSON.stringify(audience)}, expected a URI such as ${REGISTRY_AUDIENCE}`,
  );
}

/** The rules of the Go plugin (cmd/acr-credential-provider/pkg/config), plus a port after the name and a CA file. */
function identityBindingsOf(flags: ParsedFlags): IdentityBindings | undefined {
  const set = (name: string) => flags.value(name) || undefined;
  const sniName = set("ib-sni-name");
  const apiServer = set("ib-apiserver-ip");
  if (sniName === undefined) {
    for (const name of ["ib-apiserver-ip", "ib-default-client-id", "ib-default-tenant-id", "ib-ca-file"]) {
      if (set(name) !== undefined)
        throw new OptionsError(`--${name} is given, but not --ib-sni-name, which it needs`);
    }
    return undefined;
  }
  if (sniName.includes("://"))
    throw new OptionsError(`--ib-sni-name is ${JSON.stringify(sniName)}, expected a name without https://`);
  if (apiServer === undefined)
    throw new OptionsError("--ib-sni-name is given, but not --ib-apiserver-ip, which it needs");
  const name = /^([a-z0-9.-]+)(:[0-9]+)?$/i.exec(sniName)?.[1];
  if (name === undefined)
    throw new OptionsError(`--ib-sni-name is ${JSON.stringify(sniName)}, expected NAME or NAME:PORT`);
  if (!isIpAddress(apiServer) && !/^[a-z0-9.-]+$/i.test(apiServer))
    throw new OptionsError(
      `--ib-apiserver-ip is ${JSON.stringify(apiServer)}, expected an IP address or a name`,
    );
  return {
    url: `https://${sniName}/`,
    serverName: name,
    apiServer,
    caFile: set("ib-ca-file") ?? CLUSTER_CA_FILE,
    defaultClientId: set("ib-default-client-id"),
    defaultTenantId: set("ib-default-tenant-id"),
  };
}
