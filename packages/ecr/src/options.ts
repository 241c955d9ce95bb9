import { endpointIn, regionIn, switchIn } from "@imagecred/identities/aws/facts";
import { flagsOfNode, nodeIdentityFlags } from "@imagecred/identities/node-identity";
import {
  type Environment,
  type FlagTable,
  IDENTITIES_FLAG,
  type ImageIdentities,
  type Invocation,
  identityFlags,
  OptionsError,
  type PluginArguments,
  parseFlags,
  parseIdentityPolicy,
  parseRegistryMirrors,
  type Template,
  type Usage,
} from "@imagecred/protocol";
import { type EcrNodeIdentity, parseEcrNodeIdentity } from "./node-identity.ts";
import { parseExternalId, parseRole, parseSessionName } from "./role.ts";

/** The operator's choice of endpoints, which overrides the form of the registry's host. */
export interface EndpointOverrides {
  readonly fips: boolean | undefined;
  readonly dualStack: boolean | undefined;
  /** Endpoint URLs; undefined for AWS's own. */
  readonly ecr: string | undefined;
  readonly ecrPublic: string | undefined;
  readonly sts: string | undefined;
}

/** A role to assume with the identity before it. */
export interface RoleStep {
  readonly roleArn: Template;
  readonly externalId: string | undefined;
}

/** The plugin's options. */
export interface EcrOptions extends PluginArguments {
  /** Roles to assume in order, the first with the identity found. */
  readonly roles: readonly RoleStep[];
  /** Role of pods whose service account has no annotation. */
  readonly podRoleArn: Template | undefined;
  /** Profile that is the node's only identity; undefined for the default chain. */
  readonly profile: string | undefined;
  /** The node's identity; default its own AWS identity. */
  readonly node: EcrNodeIdentity;
  /** Name of all role sessions, which CloudTrail shows. */
  readonly sessionName: string;
  /** Region whose STS is used if it is in the role's partition; else the registry's region. */
  readonly region: string | undefined;
  readonly endpoints: EndpointOverrides;
  /** The contents of the `--identities` file; undefined without the flag, and until it is loaded. */
  readonly identities?: ImageIdentities<EcrOptions> | undefined;
}

export const NAME = "ecr-credential-provider";

/** The same as in the plugin of cloud-provider-aws. */
export const DEFAULT_FALLBACK = "unassigned";

/** The flags. A function, because most command lines have no flags and do not need the table. */
export const flagTable = (): FlagTable => ({
  ...identityFlags(DEFAULT_FALLBACK),
  registry: {
    kind: "value",
    placeholder: "HOST[:PORT][/PATH]=ECR",
    help: "images of this host, a mirror, get the credentials of this ECR registry",
    repeated: true,
  },
  "role-arn": {
    kind: "value",
    placeholder: "ARN",
    help: "role to assume with the identity found before ECR is called; {account}, {region} and {partition} are replaced by the registry's",
  },
  "external-id": { kind: "value", placeholder: "ID", help: "external ID for --role-arn" },
  "role-session-name": {
    kind: "value",
    placeholder: "NAME",
    help: "session name of assumed roles",
    default: NAME,
  },
  ...IDENTITIES_FLAG,
  ...nodeIdentityFlags("aws"),
});

/** The contents of `--help`. */
export const USAGE: Usage = {
  title: "Kubelet image credential provider for Amazon ECR and Amazon ECR Public.",
  get flags() {
    return flagTable();
  },
  environment: {
    AWS_ECR_ROLE_ARN:
      "role of a pod whose service account has no annotation eks.amazonaws.com/ecr-role-arn; placeholders as in --role-arn",
    "AWS_*": "identities and endpoints, as in AWS's SDKs",
  },
};

/**
 * Parses the command line and the environment. Positional arguments are ignored, as in the Go plugin: existing
 * configurations have `args: [get-credentials]`.
 * @throws {OptionsError}
 */
export function parseOptions({ args, env }: Pick<Invocation, "args" | "env">): EcrOptions {
  const flags = parseFlags(args, flagTable);
  const roleArn = flags.value("role-arn");
  const podRoleArn = set(env, "AWS_ECR_ROLE_ARN");
  const sessionFlag = flags.value("role-session-name");
  const sessionName = sessionFlag ?? set(env, "AWS_ROLE_SESSION_NAME") ?? NAME;
  const givenId = flags.value("external-id");
  const externalId = givenId === undefined ? undefined : parseExternalId(givenId, "--external-id");
  if (externalId !== undefined && roleArn === undefined)
    throw new OptionsError("--external-id requires --role-arn");
  return {
    identity: parseIdentityPolicy(
      flags.value("identity"),
      flags.value("identity-fallback"),
      DEFAULT_FALLBACK,
    ),
    mirrors: parseRegistryMirrors(flags.values("registry")),
    identitiesFile: flags.value("identities"),
    roles: roleArn === undefined ? [] : [{ roleArn: parseRole(roleArn, "--role-arn"), externalId }],
    podRoleArn: podRoleArn === undefined ? undefined : parseRole(podRoleArn, "AWS_ECR_ROLE_ARN"),
    profile: undefined,
    node: parseEcrNodeIdentity(flagsOfNode(flags)),
    sessionName: parseSessionName(
      sessionName,
      sessionFlag === undefined ? "AWS_ROLE_SESSION_NAME" : "--role-session-name",
    ),
    region: regionIn(env),
    endpoints: parseEndpoints(env),
  };
}

function parseEndpoints(env: Environment): EndpointOverrides {
  return {
    fips: switchIn(env, "AWS_USE_FIPS_ENDPOINT"),
    dualStack: switchIn(env, "AWS_USE_DUALSTACK_ENDPOINT"),
    ecr: endpointIn(env, "ECR"),
    ecrPublic: endpointIn(env, "ECR_PUBLIC"),
    sts: endpointIn(env, "STS"),
  };
}

/** As in AWS's SDKs, an empty variable is not set. */
function set(env: Environment, name: string): string | undefined {
  return env[name] === "" ? undefined : env[name];
}
