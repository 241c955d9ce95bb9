import { providerName } from "./oidc-providers.ts";
import type { PolicyDocument, Statement } from "./policy.ts";

/** The principals that may assume a role, in short form; {@link documentOf} converts it to a trust policy. */
export interface Trust {
  /** ARNs of users and roles that may call AssumeRole. */
  readonly principals?: readonly string[];
  /** `sts:ExternalId` that they must send. */
  readonly externalId?: string;
  /** Service accounts of the clusters that may call AssumeRoleWithWebIdentity. */
  readonly webIdentity?: {
    /** `sub` patterns (StringLike): `system:serviceaccount:default:*`. */
    readonly subjects: readonly string[];
    /** Client ids of the OIDC providers in IAM. Default `sts.amazonaws.com`. */
    readonly audiences?: readonly string[];
  };
}

export const DEFAULT_AUDIENCES: readonly string[] = ["sts.amazonaws.com"];

/** Converts the short form to an IAM trust policy. @param issuers of the clusters */
export function documentOf(roleArn: string, trust: Trust, issuers: readonly string[]): PolicyDocument {
  const [, partition = "", , , account = ""] = roleArn.split(":");
  const statements: Statement[] = [];
  if (trust.principals !== undefined) {
    statements.push({
      Effect: "Allow",
      Principal: { AWS: trust.principals },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      ...(trust.externalId === undefined
        ? {}
        : { Condition: { StringEquals: { "sts:ExternalId": trust.externalId } } }),
    });
  }
  const { webIdentity } = trust;
  for (const issuer of webIdentity === undefined ? [] : issuers) {
    const name = providerName(issuer);
    statements.push({
      Effect: "Allow",
      Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${name}` },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: { [`${name}:aud`]: webIdentity?.audiences ?? DEFAULT_AUDIENCES },
        StringLike: { [`${name}:sub`]: webIdentity?.subjects ?? [] },
      },
    });
  }
  return { Version: "2012-10-17", Statement: statements };
}
