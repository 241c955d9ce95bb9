import { randomBytes } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { Secrets } from "../core/secrets.ts";
import { OidcProviders } from "./oidc-providers.ts";
import { allows, type PolicyDocument } from "./policy.ts";
import { DEFAULT_AUDIENCES, documentOf, type Trust } from "./trust.ts";

/** The actions that the fakes support. */
export type Action =
  | "ecr:GetAuthorizationToken"
  | "ecr-public:GetAuthorizationToken"
  | "sts:GetServiceBearerToken"
  | "sts:AssumeRole"
  | "sts:TagSession"
  | "sts:GetWebIdentityToken";

const ALL_ACTIONS: readonly Action[] = [
  "ecr:GetAuthorizationToken",
  "ecr-public:GetAuthorizationToken",
  "sts:GetServiceBearerToken",
  "sts:AssumeRole",
  "sts:TagSession",
  "sts:GetWebIdentityToken",
];

/** A role, with its trust policy as IAM stores it. */
export interface Role extends RoleOptions {
  readonly id: string;
  readonly trustPolicy: PolicyDocument;
}

export interface UserOptions {
  /** `arn:PARTITION:iam::ACCOUNT:user/NAME` */
  readonly arn: string;
  /** Default: generated. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Default: all actions. */
  readonly allow?: readonly Action[];
}

export interface RoleOptions {
  /** `arn:PARTITION:iam::ACCOUNT:role/NAME` */
  readonly arn: string;
  readonly trust?: Trust;
  /** A full trust policy, instead of {@link trust}. */
  readonly trustPolicy?: PolicyDocument;
  /** Default: all actions. */
  readonly allow?: readonly Action[];
  /** The role's permissions as a policy, instead of {@link allow}. */
  readonly permissions?: PolicyDocument;
  /** Longest session in seconds. Default 3600, AWS's. */
  readonly maxSessionSeconds?: number;
}

/** The principal of a call. */
export interface Principal {
  readonly kind: "user" | "role-session";
  /** ARN as AWS writes it in errors: `arn:aws:sts::123456789012:assumed-role/node/i-0123` */
  readonly arn: string;
  /** The user's or role's own ARN, which trust policies name. */
  readonly iamArn: string;
  /** Unique id: `AIDA...`, or `AROA...:session`. */
  readonly id: string;
  readonly account: string;
  readonly partition: string;
  readonly allow: ReadonlySet<Action>;
  /** A policy instead of {@link allow}. */
  readonly permissions?: PolicyDocument;
  /** Session tags, which chained roles see as `aws:PrincipalTag/...`. */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Reports whether a principal's own policies allow an action.
 * @param context condition keys of the request, in lower case
 */
export function mayDo(
  principal: Principal,
  action: Action,
  context: Readonly<Record<string, string | readonly string[]>> = {},
): boolean {
  return principal.permissions === undefined
    ? principal.allow.has(action)
    : allows(principal.permissions, { action, context });
}

/** An access key that signs a principal's requests. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Milliseconds since 1970; a user's key has none. */
  readonly expiresAt?: number;
  readonly principal: Principal;
}

/** Temporary credentials, which always have a token and an expiry. */
export type SessionKey = AccessKey & { readonly sessionToken: string; readonly expiresAt: number };

/** Users, roles and their access keys. */
export class Iam {
  /** Issuers of the clusters that {@link Trust.webIdentity} applies to. */
  readonly clusterIssuers: readonly string[];
  readonly oidcProviders = new OidcProviders();
  readonly #clock: Clock;
  readonly #secrets: Secrets;
  readonly #roles = new Map<string, Role>();
  readonly #keys = new Map<string, AccessKey>();

  constructor(clock: Clock, secrets: Secrets, clusterIssuers: readonly string[] = []) {
    this.#clock = clock;
    this.#secrets = secrets;
    this.clusterIssuers = clusterIssuers;
  }

  addUser(options: UserOptions): AccessKey {
    const { partition, account } = parseIamArn(options.arn);
    const secretAccessKey =
      options.secretAccessKey === undefined
        ? this.#secrets.issue("aws.secretAccessKey", 40)
        : this.#secrets.register("aws.secretAccessKey", options.secretAccessKey);
    const allow = new Set(options.allow ?? ALL_ACTIONS);
    const { arn } = options;
    const principal: Principal = {
      kind: "user",
      arn,
      iamArn: arn,
      id: uniqueId("AIDA"),
      account,
      partition,
      allow,
    };
    const key: AccessKey = {
      accessKeyId: options.accessKeyId ?? uniqueId("AKIA"),
      secretAccessKey,
      principal,
    };
    this.#keys.set(key.accessKeyId, key);
    return key;
  }

  addRole(options: RoleOptions): void {
    const { partition, account } = parseIamArn(options.arn);
    const { webIdentity } = options.trust ?? {};
    for (const url of webIdentity === undefined ? [] : this.clusterIssuers) {
      const clientIds = webIdentity?.audiences ?? DEFAULT_AUDIENCES;
      this.oidcProviders.add({ partition, account, url, clientIds });
    }
    const trustPolicy =
      options.trustPolicy ?? documentOf(options.arn, options.trust ?? {}, this.clusterIssuers);
    this.#roles.set(options.arn, { ...options, trustPolicy, id: uniqueId("AROA") });
  }

  role(arn: string): Role | undefined {
    return this.#roles.get(arn);
  }

  key(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** New credentials for a session of a role. @param seconds lifetime; negative for an expired session */
  startSession(
    roleArn: string,
    sessionName: string,
    seconds: number,
    tags: Readonly<Record<string, string>> = {},
  ): SessionKey {
    const role = this.#roles.get(roleArn);
    if (role === undefined) throw new Error(`fake AWS has no role ${roleArn}`);
    const { partition, account, name } = parseIamArn(roleArn);
    const principal: Principal = {
      kind: "role-session",
      arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${sessionName}`,
      iamArn: roleArn,
      id: `${role.id}:${sessionName}`,
      account,
      partition,
      allow: new Set(role.allow ?? ALL_ACTIONS),
      ...(role.permissions === undefined ? {} : { permissions: role.permissions }),
      tags,
    };
    const key = {
      accessKeyId: uniqueId("ASIA"),
      secretAccessKey: this.#secrets.issue("aws.secretAccessKey", 40),
      // Like real tokens: base64 with "/", "+" and "=" in it, several hundred characters.
      sessionToken: this.#secrets.register(
        "aws.sessionToken",
        `IQoJb3JpZ2luX2VjE+/${randomBytes(400).toString("base64")}`,
      ),
      // Whole seconds, as in the responses.
      expiresAt: Math.floor(this.#clock() / 1000 + seconds) * 1000,
      principal,
    };
    this.#keys.set(key.accessKeyId, key);
    return key;
  }
}

/** The parts of `arn:PARTITION:iam::ACCOUNT:(user|role)/[path/]NAME`. @throws Error when it does not have this form */
export function parseIamArn(arn: string): { partition: string; account: string; name: string } {
  const [, partition, account, name] =
    /^arn:([a-z-]+):iam::(\d{12}):(?:user|role)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  if (partition === undefined || account === undefined || name === undefined)
    throw new Error(`not an IAM ARN: ${arn}`);
  return { partition, account, name };
}

/** An id of a key or principal in IAM's format: four letters for the kind, then base32, 20 characters in all. */
function uniqueId(prefix: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join("");
}
