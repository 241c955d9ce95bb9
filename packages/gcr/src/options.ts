import { flagsOfNode, nodeIdentityFlags } from "@imagecred/identities/node-identity";
import {
  type FlagTable,
  IDENTITIES_FLAG,
  type ImageIdentities,
  type Invocation,
  identityFlags,
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
import { isServiceUrl } from "./identity/service-url.ts";
import { type IdentityPool, parseProvider, poolOfGke } from "./identity/workload-identity.ts";
import { type GcrNodeIdentity, parseGcrNodeIdentity } from "./node-identity.ts";
import { parseAccount } from "./service-account.ts";
import { DEFAULT_UNIVERSE, type Universe, universeOfApis, universeOfRegistries } from "./universe.ts";

const AUTH_FLOWS = ["gcr", "dockercfg", "dockercfg-url"] as const;

/** The source of credentials: Google identities, or a .dockercfg in the instance's metadata. */
export type AuthFlow = (typeof AUTH_FLOWS)[number];

/** The plugin's options. */
export interface GcrOptions extends PluginArguments {
  readonly authFlow: AuthFlow;
  /** The configured universe; undefined for the credential's own, which is googleapis.com by default. */
  readonly universe: Universe | undefined;
  /** The instance's service account to use: an email address, or `default`. */
  readonly serviceAccount: string;
  /** The node's identity; default its own Google identity. */
  readonly node: GcrNodeIdentity;
  /** The service account to impersonate with the identity found; undefined to use the identity itself. */
  readonly impersonate: Template | undefined;
  /** The pool for pods' tokens, unless the pod's service account has an annotation with another one. */
  readonly pool: IdentityPool | undefined;
  /** Origins that replace the universe's public endpoints. */
  readonly endpoints: {
    readonly sts: string | undefined;
    /** STS for certificates (mutual TLS). */
    readonly stsMtls: string | undefined;
    readonly iamCredentials: string | undefined;
  };
  /** Flags that were given and have no effect. */
  readonly ignored: readonly string[];
  /** The contents of the `--identities` file; undefined without the flag, and until it is loaded. */
  readonly identities?: ImageIdentities<GcrOptions> | undefined;
}

export const NAME = "gcr-credential-provider";

/** The same as in the plugin of cloud-provider-gcp. */
export const DEFAULT_FALLBACK = "unassigned";

/** The flags. A function, because most command lines have no flags and do not need the table. */
export const flagTable = (): FlagTable => ({
  ...klogFlags(),
  authFlow: {
    kind: "value",
    short: "a",
    aliases: ["auth-flow"],
    placeholder: "FLOW",
    help: "gcr: the access token of a Google identity; dockercfg: the instance's metadata attribute google-dockercfg; dockercfg-url: the file at the URL in the attribute google-dockercfg-url",
    default: "gcr",
  },
  ...identityFlags(DEFAULT_FALLBACK),
  "identity-provider": {
    kind: "value",
    placeholder: "URL",
    help: 'issuer of this GKE cluster\'s tokens, for pods annotated iam.gke.io/enable-wi-image-pull: "true"',
  },
  "project-id": {
    kind: "value",
    placeholder: "ID",
    help: "project of the GKE cluster, with --identity-provider",
  },
  "workload-identity-provider": {
    kind: "value",
    placeholder: "NAME",
    help: "projects/N/locations/global/workloadIdentityPools/POOL/providers/PROVIDER",
  },
  "sts-endpoint": {
    kind: "value",
    placeholder: "URL",
    help: "a regional or private endpoint of Google STS, for pods and --node-identity",
    default: "https://sts.googleapis.com",
  },
  "sts-mtls-endpoint": {
    kind: "value",
    placeholder: "URL",
    help: "the same for mutual TLS, which --node-identity certificate uses",
    default: "https://sts.mtls.googleapis.com",
  },
  "iamcredentials-endpoint": {
    kind: "value",
    placeholder: "URL",
    help: "a regional or private endpoint of the IAM Service Account Credentials API, for pods and --impersonate-service-account",
    default: "https://iamcredentials.googleapis.com",
  },
  "service-account": {
    kind: "value",
    placeholder: "EMAIL",
    help: "the instance's service account to use; with {project} or {location}, the same as --impersonate-service-account",
    default: "default",
  },
  "impersonate-service-account": {
    kind: "value",
    placeholder: "EMAIL",
    help: "service account to impersonate with the identity found; {project} and {location} are replaced by the image's",
  },
  "universe-domain": {
    kind: "value",
    placeholder: "DOMAIN",
    help: "universe of registries and credentials",
    default: "googleapis.com",
  },
  "registry-domain": {
    kind: "value",
    placeholder: "DOMAIN",
    help: "domain of the universe's registries, if this version does not know it",
  },
  registry: {
    kind: "value",
    placeholder: "HOST[:PORT][/PATH]=TARGET",
    help: "HOST mirrors the Google registry TARGET and gets its credentials",
    repeated: true,
  },
  ...nodeIdentityFlags("google"),
  ...IDENTITIES_FLAG,
});

/** The contents of `--help`. */
export const USAGE: Usage = {
  title: "Kubelet image credential provider for Google Artifact Registry and gcr.io.",
  arguments: "[get-credentials]",
  get flags() {
    return flagTable();
  },
  environment: {
    GOOGLE_APPLICATION_CREDENTIALS: "credential file: a service account key or an external account",
    GCE_METADATA_HOST: "host or host:port of the metadata server",
    GOOGLE_CLOUD_UNIVERSE_DOMAIN: "universe, when --universe-domain is not given",
  },
};

/** Parses the command line and the environment. @throws {OptionsError} */
export function parseOptions({ args, env }: Pick<Invocation, "args" | "env">): GcrOptions {
  const flags = parseFlags(args, flagTable);
  const [command = "get-credentials", ...rest] = flags.positionals;
  if (command !== "get-credentials" || rest.length > 0) {
    throw new OptionsError(`unknown argument ${JSON.stringify(rest[0] ?? command)}; --help shows the usage`);
  }
  const universe = parseUniverse(
    flags.value("universe-domain") ?? env["GOOGLE_CLOUD_UNIVERSE_DOMAIN"],
    flags.value("registry-domain"),
    { domain: "--universe-domain", registryDomain: "--registry-domain" },
  );
  const impersonated = flags.value("impersonate-service-account");
  return {
    authFlow: parseAuthFlow(flags.value("authFlow")),
    identity: parseIdentityPolicy(
      flags.value("identity"),
      flags.value("identity-fallback"),
      DEFAULT_FALLBACK,
    ),
    universe,
    mirrors: parseRegistryMirrors(flags.values("registry")),
    identitiesFile: flags.value("identities"),
    serviceAccount: "default",
    impersonate:
      impersonated === undefined ? undefined : parseAccount(impersonated, "--impersonate-service-account"),
    ...parseServiceAccount(flags.value("service-account"), "--service-account", impersonated),
    pool: parsePool(flags),
    node: parseGcrNodeIdentity(flagsOfNode(flags)),
    endpoints: {
      sts: endpointOf(flags, "sts-endpoint", "sts", universe),
      stsMtls: endpointOf(flags, "sts-mtls-endpoint", "sts", universe),
      iamCredentials: endpointOf(flags, "iamcredentials-endpoint", "iamcredentials", universe),
    },
    ignored: flags.ignored,
  };
}

function parseAuthFlow(value: string | undefined): AuthFlow {
  if (value === undefined) return "gcr";
  const known = AUTH_FLOWS.find((flow) => flow === value);
  if (known !== undefined) return known;
  throw new OptionsError(
    `--authFlow is ${JSON.stringify(value)}, expected gcr, dockercfg or dockercfg-url (in lower case)`,
  );
}

const DOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;

/**
 * The universe with these domains; undefined if both are undefined.
 * @param from the settings, for messages
 * @throws {OptionsError}
 */
export function parseUniverse(
  domain: string | undefined,
  registryDomain: string | undefined,
  from: { readonly domain: string; readonly registryDomain: string },
): Universe | undefined {
  if (domain === undefined || domain === "") {
    if (registryDomain === undefined) return undefined;
    throw new OptionsError(
      `${from.registryDomain} requires ${from.domain}: a registry belongs to a universe`,
    );
  }
  for (const name of [domain, registryDomain ?? domain]) {
    if (!DOMAIN.test(name)) {
      const where = name === domain ? from.domain : from.registryDomain;
      throw new OptionsError(`${where} is ${JSON.stringify(name)}, which is not a universe's domain name`);
    }
  }
  const known = universeOfApis(domain);
  if (registryDomain === undefined) {
    if (known !== undefined) return known;
    throw new OptionsError(
      `${from.domain} is ${domain}, which is not known; set ${from.registryDomain} to the domain of its registries`,
    );
  }
  const owner = universeOfRegistries(registryDomain);
  if (owner === undefined ? known !== undefined : owner.domain !== domain) {
    const whose = owner === undefined ? `not the registry domain of ${domain}` : `that of ${owner.domain}`;
    throw new OptionsError(`${from.registryDomain} ${registryDomain} is ${whose}`);
  }
  return { domain, registryDomain };
}

/**
 * Parses `--service-account`: one of the instance's accounts. A value with placeholders is an account to impersonate, because
 * no instance has an account for each project.
 * @param impersonated the value of `--impersonate-service-account`
 * @throws {OptionsError}
 */
export function parseServiceAccount(
  value: string | undefined,
  from: string,
  impersonated: string | undefined,
): Partial<Pick<GcrOptions, "serviceAccount" | "impersonate">> {
  if (value === undefined) return {};
  if (/[{}]/.test(value)) {
    const impersonate = parseAccount(value, from);
    if (impersonated === undefined) return { impersonate };
    throw new OptionsError(
      `${from} has a placeholder, so it is an account to impersonate, like ${impersonated}: set only one of them`,
    );
  }
  // Checked because it becomes a segment of the metadata server's path.
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._:@-]*[A-Za-z0-9])?$/.test(value)) return { serviceAccount: value };
  throw new OptionsError(`${from} is ${JSON.stringify(value)}, expected an email address or "default"`);
}

function endpointOf(
  flags: ParsedFlags,
  flag: "sts-endpoint" | "sts-mtls-endpoint" | "iamcredentials-endpoint",
  service: "sts" | "iamcredentials",
  universe: Universe | undefined,
): string | undefined {
  const value = flags.value(flag);
  return value === undefined || value === ""
    ? undefined
    : parseEndpoint(value, `--${flag}`, service, universe);
}

/**
 * The origin of a service's endpoint. It must be Google's and in the universe, because tokens are sent to it.
 * @param from the setting, for messages
 * @throws {OptionsError}
 */
export function parseEndpoint(
  value: string,
  from: string,
  service: "sts" | "iamcredentials",
  universe: Universe = DEFAULT_UNIVERSE,
): string {
  if (isServiceUrl(value, service, universe) && /^\/?$/.test(new URL(value).pathname))
    return new URL(value).origin;
  throw new OptionsError(
    `${from} is ${JSON.stringify(value)}, expected an endpoint of ${service}.${universe.domain} such as https://${service}.us-central1.rep.${universe.domain}`,
  );
}

function parsePool(flags: ParsedFlags): IdentityPool | undefined {
  const provider = flags.value("workload-identity-provider");
  const issuer = flags.value("identity-provider");
  const project = flags.value("project-id");
  if (provider !== undefined) {
    if (issuer !== undefined) {
      throw new OptionsError("set --identity-provider or --workload-identity-provider, not both");
    }
    return parseProvider(provider, "--workload-identity-provider");
  }
  if (issuer === undefined || issuer === "") return undefined;
  if (!/^https:\/\/[^\s]+$/.test(issuer)) {
    throw new OptionsError(
      `--identity-provider is ${JSON.stringify(issuer)}, expected the cluster's issuer, an https:// URL`,
    );
  }
  if (project === undefined || !/^[a-z0-9][a-z0-9.:-]*$/.test(project)) {
    throw new OptionsError("--identity-provider needs --project-id with the ID of the cluster's project");
  }
  return poolOfGke(project, issuer);
}
