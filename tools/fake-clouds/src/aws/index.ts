import { randomUUID } from "node:crypto";
import type { Core } from "../core/core.ts";
import type { Received, Reply } from "../core/exchange.ts";
import { oidcDocumentsService } from "../core/oidc-documents.ts";
import { type PodIdentityAssociation, podIdentityService, taskCredentialsService } from "./containers.ts";
import { ACCOUNT, populate, type RoleName, roleArn } from "./default-principals.ts";
import { ecrService, type RegistryPassword } from "./ecr.ts";
import { type AccessKey, Iam, type RoleOptions, type UserOptions } from "./iam.ts";
import { type AwsIdentity, identityEnv } from "./identities.ts";
import { type Instance, imdsService } from "./imds.ts";
import { OutboundFederation } from "./outbound.ts";
import { privateRegistry, publicRegistry } from "./registries.ts";
import { AnywhereConfiguration, rolesAnywhereService } from "./roles-anywhere.ts";
import { SignatureCheck } from "./sigv4.ts";
import { stsService } from "./sts.ts";

export { AWS_IDENTITIES, type AwsIdentity } from "./identities.ts";

export interface AwsOptions {
  /** The EC2 instance; by default with the role `node`, IMDSv2 only. */
  readonly instance?: Partial<Instance>;
  /** Users and roles in addition to those that every fake AWS has (see `default-principals.ts`). */
  readonly users?: readonly UserOptions[];
  readonly roles?: readonly RoleOptions[];
  /** EKS Pod Identity associations; by default `default/app` has the role `pod`. */
  readonly podIdentity?: readonly PodIdentityAssociation[];
  /** Repositories that exist in every registry. Default `app` and `team/app`. */
  readonly repositories?: readonly string[];
  /** Lifetime of a registry password in seconds. Default 43200, AWS's 12 hours. */
  readonly expiresIn?: number;
}

/** A running fake AWS. */
export class Aws {
  readonly iam: Iam;
  /** Accounts as token issuers; initially only the node's account. */
  readonly outbound: OutboundFederation;
  /** Trust anchors and profiles of IAM Roles Anywhere. */
  readonly anywhere: AnywhereConfiguration;
  /** The instance's settings; change them between cases. */
  readonly instance: Instance;
  /** Lifetime of future registry passwords, in seconds. */
  expiresIn: number;
  /** `http://127.0.0.1:PORT` of each metadata service. */
  readonly origins: { readonly imds: string; readonly podIdentity: string; readonly ecs: string };
  readonly #core: Core;
  readonly #users: ReadonlyMap<string, AccessKey>;
  readonly #ecs: { readonly taskId: string; readonly authorization: string };
  readonly #passwords: ReadonlyMap<string, RegistryPassword>;
  readonly #askSts: (request: Received) => Promise<Reply>;

  private constructor(parts: AwsParts) {
    this.#core = parts.core;
    this.iam = parts.iam;
    this.instance = parts.instance;
    this.expiresIn = parts.expiresIn;
    this.origins = parts.origins;
    this.#users = parts.users;
    this.#ecs = parts.ecs;
    this.#passwords = parts.passwords;
    this.#askSts = parts.askSts;
    this.outbound = parts.outbound;
    this.anywhere = parts.anywhere;
  }

  static async start(core: Core, options: AwsOptions): Promise<Aws> {
    const clusterIssuers = [core.cluster, ...Object.values(core.clusters)].map(({ issuer }) => issuer);
    const iam = new Iam(core.clock, core.secrets, [...new Set(clusterIssuers)]);
    const users = populate(iam, options.users ?? [], options.roles ?? []);
    const instance: Instance = { ...DEFAULT_INSTANCE, ...options.instance };
    const passwords = new Map<string, RegistryPassword>();
    const { clock, cluster, secrets } = core;
    const signatures = new SignatureCheck(iam, clock);
    const outbound = new OutboundFederation(core.issuers, clock, secrets);
    outbound.enable(ACCOUNT);
    const anywhere = new AnywhereConfiguration();
    const sts = stsService({ iam, signatures, issuers: core.issuers, outbound, clock });
    const ecrParts = { signatures, clock, secrets, passwords, tokenSeconds: () => aws.expiresIn };
    const registryParts = {
      passwords,
      clock,
      secrets,
      repositories: options.repositories ?? ["app", "team/app"],
      images: core.images,
    };
    for (const service of [
      ecrService("ecr", ecrParts),
      ecrService("ecr-public", ecrParts),
      sts,
      rolesAnywhereService({ iam, clock, configuration: anywhere }),
      oidcDocumentsService("aws.oidc", "AWS accounts' token issuers", () => outbound.published),
      privateRegistry(registryParts),
      publicRegistry(registryParts),
    ]) {
      core.addTls(service);
    }
    const ecs = { taskId: randomUUID(), authorization: secrets.issue("aws.ecsAuthorization", 32) };
    const expiresIn = () => instance.expiresIn;
    const associations = options.podIdentity ?? [
      { namespace: "default", serviceAccount: "app", role: roleArn("pod") },
    ];
    const origins = {
      imds: await core.addPlain(imdsService({ instance, iam, clock, secrets })),
      podIdentity: await core.addPlain(podIdentityService({ iam, cluster, associations, expiresIn })),
      ecs: await core.addPlain(taskCredentialsService({ iam, role: roleArn("node"), expiresIn, ...ecs })),
    };
    const aws = new Aws({
      core,
      iam,
      instance,
      users,
      ecs,
      origins,
      passwords,
      outbound,
      anywhere,
      askSts: async (request) => await sts.handle(request),
      expiresIn: options.expiresIn ?? 43_200,
    });
    return aws;
  }

  /** ARN of one of the roles that every fake AWS has. @param partition default `aws` */
  roleArn(name: RoleName, partition?: string): string {
    return roleArn(name, partition);
  }

  /** The key of the user `ci`, which is allowed everything. @param partition default `aws` */
  user(partition = "aws"): AccessKey {
    const key = this.#users.get(partition);
    if (key === undefined) throw new Error(`fake AWS has no partition ${partition}`);
    return key;
  }

  /** Environment variables that give a process an identity here. @param identity default `imds` @param partition default `aws` */
  env(identity: AwsIdentity = "imds", partition = "aws"): Promise<Record<string, string>> {
    const { iam, origins } = this;
    return identityEnv(identity, {
      core: this.#core,
      iam,
      user: this.user(partition),
      partition,
      origins,
      ecs: this.#ecs,
    });
  }

  /** ARN of the principal a registry password was issued to; undefined if no registry accepts the password. */
  holderOf(password: string): string | undefined {
    return this.#passwords.get(password)?.holder;
  }

  /** Response of STS to a request that another service forwards: Google's pools forward GetCallerIdentity to learn its signer. */
  askSts(request: Received): Promise<Reply> {
    return this.#askSts(request);
  }
}

interface AwsParts {
  readonly core: Core;
  readonly iam: Iam;
  readonly instance: Instance;
  readonly expiresIn: number;
  readonly origins: Aws["origins"];
  readonly users: ReadonlyMap<string, AccessKey>;
  readonly ecs: { readonly taskId: string; readonly authorization: string };
  readonly passwords: ReadonlyMap<string, RegistryPassword>;
  readonly outbound: OutboundFederation;
  readonly anywhere: AnywhereConfiguration;
  readonly askSts: (request: Received) => Promise<Reply>;
}

const DEFAULT_INSTANCE: Instance = {
  role: roleArn("node"),
  region: "us-west-2",
  metadata: "enabled",
  tokens: "required",
  credentialsProblem: undefined,
  expiresIn: 6 * 3600,
};

export function startAws(core: Core, options: AwsOptions): Promise<Aws> {
  return Aws.start(core, options);
}
