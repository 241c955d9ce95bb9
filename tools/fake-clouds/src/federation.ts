import { ACCOUNT, OTHER_ACCOUNT, roleArn } from "./aws/default-principals.ts";
import type { Aws } from "./aws/index.ts";
import type { PolicyDocument } from "./aws/policy.ts";
import { TENANTS } from "./azure/default-tenants.ts";
import type { App } from "./azure/directory.ts";
import type { Azure } from "./azure/index.ts";
import { ClientAuthority } from "./core/client-authority.ts";
import type { Core } from "./core/core.ts";
import { defaultAudiences, emailOf } from "./google/default-accounts.ts";
import type { Google } from "./google/index.ts";

/**
 * Trust of each cloud in the other two and in an operator's certificate authority, for identities of nodes across
 * clouds. Each cloud sets up trust in pods' tokens itself.
 */
export interface Federation {
  /** Certificate authority of machines outside any cloud. */
  readonly authority: ClientAuthority;
  readonly aws: {
    /** Issuer of the node's account (GetWebIdentityToken). */
    readonly issuer: string;
    /** Role for the service account `node` of the Compute Engine instance, by its identity token for {@link audience}. */
    readonly gceRole: string;
    /** Role for the user-assigned managed identity `kubelet`, by its token for {@link managedIdentityAudience}. */
    readonly azureRole: string;
    readonly audience: string;
    readonly managedIdentityAudience: string;
    readonly trustAnchor: string;
    readonly profile: string;
    /** Role for certificates of `O=system:nodes`, by IAM Roles Anywhere. */
    readonly anywhereRole: string;
    /** A role in the profile that does not trust these certificates. */
    readonly otherAnywhereRole: string;
  };
  readonly azure: {
    /** Application with federated credentials for the EC2 instance's role and the Compute Engine service account. */
    readonly application: App;
    /** Multitenant application of the public tenant, which trusts the user-assigned identity `kubelet`; installed in `partner`. */
    readonly multitenant: App;
  };
  readonly google: {
    /** Provider for tokens of the AWS account's issuer. */
    readonly awsOidcProvider: string;
    /** Provider for tokens of the tenant `public`, for {@link managedIdentityAudience}. */
    readonly azureProvider: string;
    readonly managedIdentityAudience: string;
    readonly x509Provider: string;
  };
}

const GCE_AUDIENCE = "https://aws.example.com/imagecred";
const AZURE_FOR_AWS = "api://imagecred-aws";
const AZURE_FOR_GOOGLE = "api://imagecred-google";
const ANYWHERE = `arn:aws:rolesanywhere:us-west-2:${ACCOUNT}`;

/** Sets up the trust between the clouds. */
export async function federate(core: Core, aws: Aws, azure: Azure, google: Google): Promise<Federation> {
  const authority = await ClientAuthority.create(core.secrets);
  return {
    authority,
    aws: trustInAws(aws, azure, google, authority),
    azure: trustInAzure(aws, azure, google),
    google: trustInGoogle(aws, azure, google, authority),
  };
}

function trustInAws(aws: Aws, azure: Azure, google: Google, authority: ClientAuthority): Federation["aws"] {
  const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
  const googleId = google.uniqueId("node");
  aws.iam.addRole({
    arn: role("gce-node"),
    trustPolicy: webIdentityPolicy("accounts.google.com", {
      "accounts.google.com:aud": googleId,
      "accounts.google.com:oaud": GCE_AUDIENCE,
      "accounts.google.com:sub": googleId,
    }),
  });
  const tenant = TENANTS.public;
  azure.directory.addResource(AZURE_FOR_AWS, { audience: AZURE_FOR_AWS, version: 1 });
  const issuer = azure.directory.issuer(tenant, 1);
  const name = issuer.slice("https://".length);
  aws.iam.oidcProviders.add({ account: ACCOUNT, partition: "aws", url: issuer, clientIds: [AZURE_FOR_AWS] });
  aws.iam.addRole({
    arn: role("azure-node"),
    trustPolicy: webIdentityPolicy(`arn:aws:iam::${ACCOUNT}:oidc-provider/${name}`, {
      [`${name}:aud`]: AZURE_FOR_AWS,
      [`${name}:sub`]: azure.population("public").machine[1].app.objectId,
    }),
  });
  const trustAnchor = `${ANYWHERE}:trust-anchor/50000000-eeee-4eee-8eee-000000000001`;
  const profile = `${ANYWHERE}:profile/60000000-ffff-4fff-8fff-000000000001`;
  aws.anywhere.addTrustAnchor({ arn: trustAnchor, certificates: authority.pem });
  aws.anywhere.addProfile({ arn: profile, roleArns: [role("anywhere-node"), role("anywhere-other")] });
  aws.iam.addRole({ arn: role("anywhere-node"), trustPolicy: anywherePolicy(trustAnchor, "system:nodes") });
  aws.iam.addRole({ arn: role("anywhere-other"), trustPolicy: anywherePolicy(trustAnchor, "another-team") });
  // The other account's role for chaining, which trusts these roles by name.
  aws.iam.addRole({
    arn: `arn:aws:iam::${OTHER_ACCOUNT}:role/pull-across-clouds`,
    trust: { principals: ["gce-node", "azure-node", "anywhere-node"].map(role), externalId: "contract-7" },
  });
  return {
    issuer: aws.outbound.enable(ACCOUNT),
    gceRole: role("gce-node"),
    azureRole: role("azure-node"),
    audience: GCE_AUDIENCE,
    managedIdentityAudience: AZURE_FOR_AWS,
    trustAnchor,
    profile,
    anywhereRole: role("anywhere-node"),
    otherAnywhereRole: role("anywhere-other"),
  };
}

function webIdentityPolicy(provider: string, equals: Readonly<Record<string, string>>): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: provider },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: equals },
      },
    ],
  };
}

/** https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html#role-trusts */
function anywherePolicy(trustAnchor: string, organization: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "rolesanywhere.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        Condition: {
          StringEquals: { "aws:PrincipalTag/x509Subject/O": organization },
          ArnEquals: { "aws:SourceArn": trustAnchor },
        },
      },
    ],
  };
}

function trustInAzure(aws: Aws, azure: Azure, google: Google): Federation["azure"] {
  const { directory } = azure;
  const [tenant, audience] = [TENANTS.public, "api://AzureADTokenExchange"];
  const application = directory.addApp({
    tenant,
    name: "nodes-of-other-clouds",
    federated: [
      { issuer: aws.outbound.enable(ACCOUNT), subject: roleArn("node"), audience },
      { issuer: google.identityTokens.url, subject: google.uniqueId("node"), audience },
    ],
  });
  const identity = azure.population("public").machine[1].app;
  const multitenant = directory.addApp({
    tenant,
    name: "pulls-for-partners",
    multitenant: true,
    federated: [{ issuer: directory.issuer(tenant, 2), subject: identity.objectId, audience }],
  });
  directory.addServicePrincipal(multitenant, TENANTS.partner);
  return { application, multitenant };
}

function trustInGoogle(
  aws: Aws,
  azure: Azure,
  google: Google,
  authority: ClientAuthority,
): Federation["google"] {
  azure.directory.addResource(AZURE_FOR_GOOGLE, { audience: AZURE_FOR_GOOGLE, version: 1 });
  const pool = google.provider("x").replace(/\/providers\/x$/, "");
  const subject = (name: string) => `principal://iam.googleapis.com/${pool}/subject/${name}`;
  const set = (name: string) => `principalSet://iam.googleapis.com/${pool}/${name}`;
  for (const member of [
    subject(roleArn("node")),
    subject(azure.population("public").machine[1].app.objectId),
    set("attribute.organization/system:nodes"),
    set(`attribute.aws_role/arn:aws:sts::${ACCOUNT}:assumed-role/node`),
  ])
    google.accounts.bind(emailOf("puller"), member);
  return {
    awsOidcProvider: google.addProvider("aws-oidc", {
      kind: "oidc",
      issuer: aws.outbound.enable(ACCOUNT),
      audiences: defaultAudiences("aws-oidc"),
    }),
    azureProvider: google.addProvider("azure", {
      kind: "oidc",
      issuer: azure.directory.issuer(TENANTS.public, 1),
      audiences: [AZURE_FOR_GOOGLE],
    }),
    managedIdentityAudience: AZURE_FOR_GOOGLE,
    x509Provider: google.addProvider("x509", {
      kind: "x509",
      trustAnchors: [authority.pem],
      mapping: {
        "google.subject": "assertion.subject.dn.cn",
        "attribute.organization": "assertion.subject.dn.o",
      },
      condition: "assertion.subject.dn.o == 'system:nodes'",
    }),
  };
}
