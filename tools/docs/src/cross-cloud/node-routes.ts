import { ClientAuthority, type Clouds, type IssuedCertificate } from "@imagecred/fake-clouds";
import { IMAGES, nothing, type Route, UNINSTALLED_TENANT } from "./route.ts";

/** A tenant in a different cloud than the page's. */
const FOREIGN_TENANT = "10000000-aaaa-4aaa-8aaa-000000000002";
const NOWHERE = "projects/123456789012/locations/global/workloadIdentityPools/image-pulls/providers/nowhere";
const OTHER_IDENTITY = "20000000-bbbb-4bbb-8bbb-000000000005";

const onEc2 = (clouds: Clouds) => clouds.aws.env("imds");
const onAzure = (clouds: Clouds) => clouds.azure.env("managed-identity");
const onGce = (clouds: Clouds) => clouds.google.env("metadata");

/** Keys of a session of a role that is not the instance's. @param seconds until it expires */
const session =
  (role: string, seconds = 900) =>
  async (clouds: Clouds) => {
    const key = clouds.aws.iam.startSession(`arn:aws:iam::${role}`, "session", seconds);
    return {
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      AWS_SESSION_TOKEN: key.sessionToken,
      AWS_REGION: "us-west-2",
    };
  };
const FOREIGN_ROLE = "999999999999:role/foreign";
const OTHER_ROLE = "123456789012:role/pod";

const machine =
  (change: (clouds: Clouds) => Clouds["azure"]["machine"]["identities"]) => (clouds: Clouds) => {
    const before = clouds.azure.machine.identities;
    clouds.azure.machine.identities = change(clouds);
    return () => {
      clouds.azure.machine.identities = before;
    };
  };
/** Moves the machine to another tenant. */
const inPartnerTenant = machine((clouds) => clouds.azure.population("partner").machine);
const expiredManagedIdentity = (clouds: Clouds) => {
  const before = clouds.azure.machine.expiresIn;
  clouds.azure.machine.expiresIn = -60;
  return () => {
    clouds.azure.machine.expiresIn = before;
  };
};
const expiredIdentityToken = (clouds: Clouds) => {
  const before = clouds.google.instance.identitySeconds;
  clouds.google.instance.identitySeconds = -60;
  return () => {
    clouds.google.instance.identitySeconds = before;
  };
};
/** The same client id, in the machine's new tenant. */
const PARTNER_IDENTITY = "20000004-bbbb-4bbb-8bbb-000000000004";
const otherBuilder = "--node-service-account=builder@imagecred-prod.iam.gserviceaccount.com";

const issued = (options: Parameters<Clouds["federation"]["authority"]["issue"]>[0]) => (clouds: Clouds) =>
  clouds.federation.authority.issue(options);

/** A certificate from an authority that no cloud trusts. */
async function ofStranger(clouds: Clouds): Promise<IssuedCertificate> {
  return await (await ClientAuthority.create(clouds.secrets)).issue();
}

/** Nodes, across clouds and outside any cloud. */
export const NODE_ROUTES: readonly Route[] = [
  {
    page: "ec2-to-azure",
    sources: ["ec2"],
    plugin: "acr",
    image: IMAGES.acr,
    env: onEc2,
    mistakes: [
      {
        what: "the audience does not match the permission",
        args: ["--node-audience=api://other"],
        says: /sts:GetWebIdentityToken/,
      },
      { what: "the keys have expired", env: session("123456789012:role/node", -60), says: /[Ee]xpired/ },
      {
        what: "outbound federation is not enabled in the account",
        env: session(FOREIGN_ROLE),
        says: /enable-outbound-web-identity-federation/,
      },
      {
        what: "the role does not match the federated credential",
        env: session(OTHER_ROLE),
        says: /AADSTS700213/,
      },
      {
        what: "the tenant belongs to another cloud",
        args: [`--tenant-id=${FOREIGN_TENANT}`],
        says: /AADSTS90002/,
      },
    ],
  },
  {
    page: "ec2-to-google",
    sources: ["ec2"],
    plugin: "gcr",
    image: IMAGES.gcr,
    env: onEc2,
    mistakes: [
      {
        what: "the provider does not exist",
        args: [`--node-workload-identity-provider=${NOWHERE}`],
        says: /invalid_target/,
      },
      { what: "the keys have expired", env: session("123456789012:role/node", -60), says: /[Ee]xpired/ },
      { what: "the account does not match the provider", env: session(FOREIGN_ROLE), says: /account/ },
      {
        what: "the role may not impersonate the service account",
        env: session(OTHER_ROLE),
        says: /PERMISSION_DENIED/,
      },
    ],
  },
  {
    page: "azure-to-google",
    sources: ["azure", "arc"],
    plugin: "gcr",
    image: IMAGES.gcr,
    env: onAzure,
    mistakes: [
      {
        what: "the audience does not match the provider",
        args: ["--node-audience=api://imagecred-aws"],
        says: /audience/,
      },
      { what: "the token has expired", around: expiredManagedIdentity, says: /stale|[Ee]xpired/ },
      {
        what: "the machine is in another tenant",
        around: inPartnerTenant,
        args: [`--node-managed-identity=${PARTNER_IDENTITY}`],
        says: /issuer/,
      },
      {
        what: "the managed identity may not impersonate the service account",
        args: [`--node-managed-identity=${OTHER_IDENTITY}`],
        says: /PERMISSION_DENIED/,
      },
    ],
  },
  {
    page: "azure-to-aws",
    sources: ["azure", "arc"],
    plugin: "ecr",
    image: IMAGES.ecr,
    env: onAzure,
    mistakes: [
      {
        what: "the audience does not match the provider",
        args: ["--node-audience=api://imagecred-google"],
        says: /Incorrect token audience/,
      },
      { what: "the token has expired", around: expiredManagedIdentity, says: /[Ee]xpired/ },
      {
        what: "the machine is in another tenant",
        around: inPartnerTenant,
        args: [`--node-managed-identity=${PARTNER_IDENTITY}`],
        says: /No OpenIDConnect provider found in your account for https:\/\/sts\.windows\.net/,
      },
      {
        what: "the managed identity does not match the trust policy",
        args: [`--node-managed-identity=${OTHER_IDENTITY}`],
        says: /AccessDenied: Not authorized/,
      },
    ],
  },
  {
    page: "azure-to-another-tenant",
    sources: ["azure"],
    plugin: "acr",
    image: "partnerreg.azurecr.io/app",
    env: onAzure,
    mistakes: [
      {
        what: "the audience is for another cloud",
        args: ["--node-audience=api://AzureADTokenExchangeChina"],
        says: /AADSTS500011/,
      },
      { what: "the token has expired", around: expiredManagedIdentity, says: /AADSTS700024|[Ee]xpired/ },
      {
        what: "the managed identity and the application are in different tenants",
        around: inPartnerTenant,
        args: [`--node-managed-identity=${PARTNER_IDENTITY}`],
        says: /AADSTS700211/,
      },
      {
        what: "the managed identity does not match the federated credential",
        args: [`--node-managed-identity=${OTHER_IDENTITY}`],
        says: /AADSTS700213/,
      },
      {
        what: "the application is not installed in the tenant",
        args: [`--tenant-id=${UNINSTALLED_TENANT}`],
        says: /AADSTS7000229/,
      },
    ],
  },
  {
    page: "gce-to-aws",
    sources: ["gce"],
    plugin: "ecr",
    image: IMAGES.ecr,
    env: onGce,
    mistakes: [
      {
        what: "the audience does not match the trust policy",
        args: ["--node-audience=elsewhere"],
        says: /accounts\.google\.com:oaud/,
      },
      { what: "the token has expired", around: expiredIdentityToken, says: /[Ee]xpired/ },
      {
        what: "the service account does not match the trust policy",
        args: [otherBuilder],
        says: /AccessDenied: Not authorized/,
      },
    ],
  },
  {
    page: "gce-to-azure",
    sources: ["gce"],
    plugin: "acr",
    image: IMAGES.acr,
    env: onGce,
    mistakes: [
      {
        what: "the audience does not match the federated credential",
        args: ["--node-audience=elsewhere"],
        says: /AADSTS700212/,
      },
      { what: "the token has expired", around: expiredIdentityToken, says: /AADSTS700024|[Ee]xpired/ },
      {
        what: "the service account does not match the federated credential",
        args: [otherBuilder],
        says: /AADSTS700213/,
      },
      {
        what: "the tenant belongs to another cloud",
        args: [`--tenant-id=${FOREIGN_TENANT}`],
        says: /AADSTS90002/,
      },
    ],
  },
  {
    page: "certificate-to-azure",
    sources: ["certificate"],
    plugin: "acr",
    image: IMAGES.acr,
    env: nothing,
    certificate: async (clouds) => ({ ...clouds.azure.population().nodeCertificate, chainPem: "" }),
    mistakes: [
      {
        what: "the certificate is not registered",
        certificate: issued({ key: "RSA" }),
        says: /AADSTS700027/,
      },
      { what: "the certificate's key is not an RSA key", certificate: issued({ key: "P-256" }), says: /RSA/ },
      {
        what: "the tenant belongs to another cloud",
        args: [`--tenant-id=${FOREIGN_TENANT}`],
        says: /AADSTS90002/,
      },
    ],
  },
  {
    page: "certificate-to-aws",
    sources: ["certificate"],
    plugin: "ecr",
    image: IMAGES.ecr,
    env: nothing,
    certificate: issued({}),
    mistakes: [
      { what: "the certificate has expired", certificate: issued({ flaw: "expired" }), says: /expired/ },
      { what: "another authority issued the certificate", certificate: ofStranger, says: /[Uu]ntrusted/ },
      {
        what: "the trust policy does not allow the certificate's subject",
        certificate: issued({ subject: "CN=jane,O=developers" }),
        says: /Unable to assume role/,
      },
      {
        what: "the role is not in the profile",
        args: ["--node-role-arn=arn:aws:iam::123456789012:role/node"],
        says: /profile/,
      },
    ],
  },
  {
    page: "certificate-to-google",
    sources: ["certificate"],
    plugin: "gcr",
    image: IMAGES.gcr,
    env: nothing,
    certificate: issued({}),
    mistakes: [
      {
        what: "the certificate has expired",
        certificate: issued({ flaw: "expired" }),
        says: /expired|validity/,
      },
      { what: "another authority issued the certificate", certificate: ofStranger, says: /trust anchor/ },
      {
        what: "the provider's condition does not allow the certificate's subject",
        certificate: issued({ subject: "CN=jane,O=developers" }),
        says: /attribute condition/,
      },
      {
        what: "the provider does not exist",
        args: [`--node-workload-identity-provider=${NOWHERE}`],
        says: /invalid_target/,
      },
    ],
  },
];
