import type { Core } from "../core/core.ts";
import type { Accounts } from "./accounts.ts";
import { CLUSTER_TOKEN_AUDIENCE, emailOf, PROJECT_ID, providerName } from "./default-accounts.ts";
import { TOKEN_HEADER } from "./files.ts";
import { PUBLIC, type Universe } from "./universes.ts";

/** The identities that a process can have on Google Cloud; the last means that it has no identity. */
export const GOOGLE_IDENTITIES = [
  "metadata",
  "service-account-key",
  "gcloud-adc",
  "authorized-user",
  "impersonated-service-account",
  "external-account-file",
  "external-account-url",
  "external-account-aws",
  "external-account-aws-imds",
  "external-account-impersonation",
  "none",
] as const;
export type GoogleIdentity = (typeof GOOGLE_IDENTITIES)[number];

type Env = Record<string, string>;
type Fields = Record<string, unknown>;

export interface IdentityParts {
  readonly core: Core;
  readonly accounts: Accounts;
  readonly origins: { readonly metadata: string; readonly tokenSource: string };
  readonly aws: {
    /** Environment of a process with the identity of the user `ci` on the fake AWS. */
    readonly env: () => Promise<Env>;
    readonly imds: string;
  };
  /** Of the credential files. */
  readonly universe: Universe;
}

/** The environment of a process with an identity; writes the files that it points to. */
export async function identityEnv(identity: GoogleIdentity, parts: IdentityParts): Promise<Env> {
  // Every process can reach the metadata server, so that the log shows a plugin that queries it unnecessarily.
  const metadata = { GCE_METADATA_HOST: new URL(parts.origins.metadata).host };
  switch (identity) {
    case "metadata":
      return metadata;
    case "none":
      // The discard port of loopback, where nothing listens: refuses at once, as on a machine with a firewall.
      return { GCE_METADATA_HOST: "127.0.0.1:9" };
    case "gcloud-adc": {
      const path = await parts.core.writeFile(
        "application_default_credentials.json",
        JSON.stringify(userFile(parts)),
      );
      return { ...metadata, CLOUDSDK_CONFIG: path.slice(0, path.lastIndexOf("/")) };
    }
    default: {
      const content = await fileFor(identity, parts);
      const path = await parts.core.writeFile(`${identity}.json`, JSON.stringify(content, null, 2));
      const aws =
        identity === "external-account-aws" ? { ...(await parts.aws.env()), AWS_REGION: "us-west-2" } : {};
      return { ...metadata, ...aws, GOOGLE_APPLICATION_CREDENTIALS: path };
    }
  }
}

type FileIdentity = Exclude<GoogleIdentity, "metadata" | "none" | "gcloud-adc">;

async function fileFor(identity: FileIdentity, parts: IdentityParts): Promise<Fields> {
  switch (identity) {
    case "service-account-key":
      return keyFile(parts);
    case "authorized-user":
      return userFile(parts);
    case "impersonated-service-account":
      return {
        type: "impersonated_service_account",
        delegates: [`projects/-/serviceAccounts/${emailOf("delegate")}`],
        service_account_impersonation_url: impersonationUrl(parts.universe),
        source_credentials: keyFile(parts),
      };
    case "external-account-file":
      return externalAccount(parts, { file: await subjectTokenFile(parts) });
    case "external-account-url":
      return externalAccount(parts, {
        url: `${parts.origins.tokenSource}/token.json`,
        headers: { [TOKEN_HEADER.name]: TOKEN_HEADER.value },
        format: { type: "json", subject_token_field_name: "token" },
      });
    case "external-account-aws":
    case "external-account-aws-imds":
      return { ...externalAccount(parts, awsSource(parts)), ...AWS_FIELDS };
    case "external-account-impersonation":
      return {
        ...externalAccount(parts, { file: await subjectTokenFile(parts) }),
        service_account_impersonation_url: impersonationUrl(parts.universe),
      };
  }
}

const AWS_FIELDS = {
  audience: `//iam.googleapis.com/${providerName("aws")}`,
  subject_token_type: "urn:ietf:params:aws:token-type:aws4_request",
};
/** Keys and region from the environment if set there, else from EC2's metadata service. */
function awsSource({ aws }: IdentityParts): Fields {
  return {
    environment_id: "aws1",
    region_url: `${aws.imds}/latest/meta-data/placement/availability-zone`,
    url: `${aws.imds}/latest/meta-data/iam/security-credentials`,
    imdsv2_session_token_url: `${aws.imds}/latest/api/token`,
    regional_cred_verification_url:
      "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
  };
}

function impersonationUrl({ domain }: Universe): string {
  return `https://iamcredentials.${domain}/v1/projects/-/serviceAccounts/${emailOf("puller")}:generateAccessToken`;
}

/** A key file as `gcloud iam service-accounts keys create` writes it. */
function keyFile({ accounts, universe }: IdentityParts): Fields {
  const email = emailOf("node");
  return {
    type: "service_account",
    project_id: PROJECT_ID,
    private_key_id: "0123456789abcdef0123456789abcdef01234567",
    private_key: accounts.createKey(email),
    client_email: email,
    client_id: "101234567890123456789",
    auth_uri: "https://accounts.google.com/o/oauth2/auth",
    token_uri: "https://oauth2.googleapis.com/token",
    auth_provider_x509_cert_url: "https://www.googleapis.com/oauth2/v1/certs",
    universe_domain: universe.domain,
  };
}

function userFile({ accounts }: IdentityParts): Fields {
  const { clientId, clientSecret, refreshToken } = accounts.createUser("dev@example.com");
  return {
    account: "",
    client_id: clientId,
    client_secret: clientSecret,
    quota_project_id: PROJECT_ID,
    refresh_token: refreshToken,
    type: "authorized_user",
    universe_domain: PUBLIC.domain,
  };
}

async function subjectTokenFile({ core }: IdentityParts): Promise<string> {
  const token = await core.cluster.issueServiceAccountToken({ audience: CLUSTER_TOKEN_AUDIENCE });
  return await core.writeFile("subject-token", token);
}

/** As `gcloud iam workload-identity-pools create-cred-config` writes it. */
function externalAccount({ universe }: IdentityParts, source: Fields): Fields {
  return {
    universe_domain: universe.domain,
    type: "external_account",
    audience: `//iam.googleapis.com/${providerName("cluster")}`,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `https://sts.${universe.domain}/v1/token`,
    credential_source: source,
  };
}
