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

/** Where the operator wants the APIs called, over what the registry's host says. */
export interface EndpointOverrides {
  readonly fips: boolean | undefined;
  readonly dualStack: boolean | undefined;
  /** Endpoint URLs; undefined where AWS's own are to be used. */
  readonly ecr: string | undefined;
  readonly ecrPublic: string | undefined;
  readonly sts: string | undefined;
}

/** A role to assume with the identity before it. */
export interface RoleStep {
  readonly roleArn: Template;
  readonly externalId: string | undefined;
}

export interface EcrOptions extends PluginArguments {
  /** Roles to assume one after another, the first with whatever identity was found. */
  readonly roles: readonly RoleStep[];
  /** Role of a pod whose service account names none. */
  readonly podRoleArn: Template | undefined;
  /** Profile of the node's AWS config files that is the node's only identity; undefined: the default chain. */
  readonly profile: string | undefined;
  /** What the node has to show; its own AWS identity unless told. */
  readonly node: EcrNodeIdentity;
  /** Name of every session with a role, as CloudTrail shows it. */
  readonly sessionName: string;
  /** Region whose STS is asked, where the registry's partition has it; the registry's own region otherwise. */
  readonly region: string | undefined;
  readonly endpoints: EndpointOverrides;
  /** What the file of `--identities` says; undefined without the flag, and until it is read. */
  readonly identities?: ImageIdentities<EcrOptions> | undefined;
}

export const NAME = "ecr-credential-provider";

/** As in the plugin of cloud-provider-aws. */
export const DEFAULT_FALLBACK = "unassigned";

/** The flags. A function, since most command lines have none and need no table. */
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
    help: "assume this role with the identity found, and ask ECR as that role; {account}, {region} and {partition} stand for the registry's",
  },
  "external-id": { kind: "value", placeholder: "ID", help: "external ID for --role-arn" },
  "role-session-name": {
    kind: "value",
    placeholder: "NAME",
    help: "session name of every role that is assumed",
    default: NAME,
  },
  ...IDENTITIES_FLAG,
  ...nodeIdentityFlags("aws"),
});

/** What `--help` says. */
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
 * Reads the command line and the environment. Positional arguments are passed over, as the plugin that this one replaces
 * does: configurations in the wild have `args: [get-credentials]`.
 * @throws {OptionsError}
 */
export function parseOptions({ args, env }: Pick<Invocation, "args" | "env">): EcrOptions {
  const flags = parseFlags(args, flagTable);
  const roleArn = flags.value("role-arn");
  const podRoleArn = set(env, "AWS_ECR_ROLE_ARN");
  const namedSession = flags.value("role-session-name");
  const sessionName = namedSession ?? set(env, "AWS_ROLE_SESSION_NAME") ?? NAME;
  const givenId = flags.value("external-id");
  const externalId = givenId === undefined ? undefined : parseExternalId(givenId, "--external-id");
  if (externalId !== undefined && roleArn === undefined)
    throw new OptionsError("--external-id goes with --role-arn");
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
      namedSession === undefined ? "AWS_ROLE_SESSION_NAME" : "--role-session-name",
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

/** AWS's SDKs take an empty variable for one that is not set. */
function set(env: Environment, name: string): string | undefined {
  return env[name] === "" ? undefined : env[name];
}
