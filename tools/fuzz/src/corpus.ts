/** Seeds for the fuzzer: valid texts, and invalid ones of kinds that once mattered. */

export const UUID = "11111111-2222-3333-4444-555555555555";
const API = "credentialprovider.kubelet.k8s.io";
const json = (value: unknown) => JSON.stringify(value);
const jwt = (claims: object) =>
  ["eyJhbGciOiJSUzI1NiJ9", Buffer.from(json(claims)).toString("base64url"), "c2lnbmF0dXJl"].join(".");
const YEAR_2100 = 4_102_444_800;

export const IMAGES: readonly string[] = [
  "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app:v1",
  "myreg.azurecr.io/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  "us-central1-docker.pkg.dev/project/repo/app",
  "localhost:5000/a",
  "[fd00::1]:5000/a/b",
  "nginx",
  "library/nginx:latest",
  "r.example/a:b@sha256:c",
];

export const REQUESTS: readonly string[] = [
  ...IMAGES.map((image) => json({ kind: "CredentialProviderRequest", apiVersion: `${API}/v1`, image })),
  json({
    kind: "CredentialProviderRequest",
    apiVersion: `${API}/v1`,
    image: IMAGES[0],
    serviceAccountToken: jwt({ aud: ["sts.amazonaws.com"], exp: YEAR_2100 }),
    serviceAccountAnnotations: { "eks.amazonaws.com/ecr-role-arn": "arn:aws:iam::123456789012:role/pull" },
  }),
  json({ kind: "CredentialProviderRequest", apiVersion: `${API}/v1alpha1`, image: IMAGES[1], extra: {} }),
];

export const HOSTS: readonly string[] = [
  "123456789012.dkr.ecr.us-west-2.amazonaws.com",
  "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
  "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
  "123456789012.dkr-ecr.eu-west-1.on.aws",
  "public.ecr.aws",
  "ecr-public.aws.com",
  "123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov",
  "myreg.azurecr.io",
  "myreg-abc123.azurecr.cn",
  "myreg.westeurope.geo.azurecr.io",
  "gcr.io",
  "eu.gcr.io",
  "us-central1-docker.pkg.dev",
  "docker.us-central1.rep.pkg.dev",
  "docker.s3nsregistry.fr",
  "docker.io",
  "evil.test",
];

export const DURATIONS: readonly string[] = [
  "20s",
  "1h30m",
  "-1.5h",
  "300ms",
  "1us",
  "1\u00b5s",
  "2562047h47m16.854775807s",
  "0",
  "+5s",
  ".5s",
  "1.s",
  "9223372036854775807ns",
];

export const AZURE_JSON: readonly string[] = [
  json({
    cloud: "AzurePublicCloud",
    tenantId: UUID,
    subscriptionId: UUID,
    aadClientId: UUID,
    aadClientSecret: "s3cr3t",
    useManagedIdentityExtension: false,
  }),
  json({
    cloud: "AzureChinaCloud",
    tenantId: UUID,
    useManagedIdentityExtension: true,
    userAssignedIdentityID: UUID,
  }),
  json({
    cloud: "AzureStackCloud",
    resourceManagerEndpoint: "https://management.local.azurestack.external",
    tenantId: UUID,
  }),
  json({
    tenantId: UUID,
    aadClientId: UUID,
    aadFederatedTokenFile: "/token",
    useFederatedWorkloadIdentityExtension: true,
  }),
  `cloud: AzureUSGovernmentCloud\ntenantId: ${UUID}\naadClientId: ${UUID}\naadClientCertPath: /cert.pem\naadClientCertPassword: "x"\n`,
  `# a comment\nCLOUD: azurepubliccloud\nuseManagedIdentityExtension: yes\nuserAgent: |\n  a\n  b\n`,
];

export const DOCKERCFG: readonly string[] = [
  json({ "gcr.io": { auth: Buffer.from("user:password").toString("base64"), email: "a@b" } }),
  json({ "https://index.docker.io/v1/": { username: "u", password: "p" }, "*.gcr.io": { auth: "dTpw" } }),
  json({ auths: { "gcr.io": { auth: "dTpw" } } }),
  json({ "gcr.io/a": { auth: "!!!" }, "gcr.io:443/a/b": { username: "u" } }),
];

export const IDENTITY_MAPS: readonly string[] = [
  `apiVersion: imagecred.dev/v1alpha1
kind: ImageIdentities
identities:
  - registries: ["123456789012.dkr.ecr.*.amazonaws.com/other"]
    aws:
      roleArn: arn:{partition}:iam::{account}:role/pull
      externalId: our-name-there
  - registries: [public.ecr.aws, gcr.io/distroless/]
    identity: anonymous
`,
  `apiVersion: imagecred.dev/v1alpha1
kind: ImageIdentities
identities:
  - registries: ["*.dkr.ecr.*.amazonaws.com", "*.dkr-ecr.*.on.aws"]
    identity: node
  - registries: ["*.pkg.dev"]
    google:
      impersonateServiceAccount: puller@{project}.iam.gserviceaccount.com
  - registries: [partnerreg.azurecr.io]
    azure: {tenantId: partner.onmicrosoft.com, clientId: ${UUID}}
`,
  json({ apiVersion: "imagecred.dev/v1alpha1", kind: "ImageIdentities", identities: [] }),
];

export const CONFIGURATIONS: readonly string[] = [
  `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    matchImages:
      - "*.dkr.ecr.*.amazonaws.com"
      - public.ecr.aws
    defaultCacheDuration: 12h
    apiVersion: ${API}/v1
    args: ["--identity=pod"]
    env:
      - name: AWS_PROFILE
        value: ci
    tokenAttributes:
      serviceAccountTokenAudience: sts.amazonaws.com
      cacheType: ServiceAccount
      requireServiceAccount: true
      requiredServiceAccountAnnotationKeys: [eks.amazonaws.com/ecr-role-arn]
`,
  json({
    apiVersion: "kubelet.config.k8s.io/v1",
    kind: "CredentialProviderConfig",
    providers: [
      {
        name: "a",
        matchImages: ["*.azurecr.io", "gcr.io:*"],
        defaultCacheDuration: "0s",
        apiVersion: `${API}/v1beta1`,
      },
    ],
  }),
  "apiVersion: kubelet.config.k8s.io/v1alpha1\nkind: CredentialProviderConfig\nproviders: &p\n- {name: x}\nx: *p\n",
];

export const PROFILES: readonly string[] = [
  "[profile ci]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG # comment\n",
  "[profile ci]\nrole_arn = arn:aws:iam::123456789012:role/pull\nsource_profile = base\nexternal_id = x\n[profile base]\naws_access_key_id=a1234567890123456\naws_secret_access_key=b\n",
  "[profile ci]\nrole_arn=arn:aws:iam::123456789012:role/a\nsource_profile=ci\n",
  "[profile ci]\nservices = s\nregion = us-east-1\nnested =\n  a = b\n[services s]\necr =\n  endpoint_url = https://x\n",
  '[profile "ci"]\ncredential_process = "/opt/a b/c" --flag\n',
  "[profile ci]\nrole_arn=arn:aws:iam::123456789012:role/a\nweb_identity_token_file=/token\n",
];

const PRIVATE_KEY = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";
const AUDIENCE = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q";

export const CREDENTIAL_FILES: readonly string[] = [
  json({
    type: "service_account",
    client_email: "a@p.iam.gserviceaccount.com",
    private_key: PRIVATE_KEY,
    private_key_id: "k",
  }),
  json({ type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "1//r" }),
  json({
    type: "external_account",
    audience: AUDIENCE,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: { file: "/token", format: { type: "text" } },
    service_account_impersonation_url:
      "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken",
  }),
  json({
    type: "external_account",
    audience: AUDIENCE,
    subject_token_type: "urn:ietf:params:aws:token-type:aws4_request",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: {
      environment_id: "aws1",
      region_url: "http://169.254.169.254/latest/meta-data/placement/availability-zone",
      url: "http://169.254.169.254/latest/meta-data/iam/security-credentials",
      regional_cred_verification_url:
        "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
    },
  }),
  json({
    type: "impersonated_service_account",
    source_credentials: { type: "authorized_user" },
    delegates: ["x"],
  }),
];

export const ECR_RESPONSES: readonly [string, ...string[]] = [
  json({
    authorizationData: [
      {
        authorizationToken: Buffer.from("AWS:password-of-ecr").toString("base64"),
        expiresAt: YEAR_2100,
        proxyEndpoint: "https://123456789012.dkr.ecr.us-west-2.amazonaws.com",
      },
    ],
  }),
  json({ authorizationData: [] }),
];

export const STS_RESPONSES: readonly string[] = [
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>secret/of+it=</SecretAccessKey><SessionToken>session&amp;token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
  "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><AssumeRoleResponse><![CDATA[x]]></AssumeRoleResponse>",
];

export const GOOGLE_RESPONSES: readonly [string, ...string[]] = [
  json({ access_token: "ya29.token-of-the-instance", expires_in: 3599, token_type: "Bearer" }),
  json({ error: "invalid_grant", error_description: "no" }),
  json({ access_token: "x", expires_in: "3599" }),
];

export const ENTRA_RESPONSE = json({
  token_type: "Bearer",
  expires_in: 86399,
  access_token: jwt({ aud: "https://containerregistry.azure.net", exp: YEAR_2100 }),
});

export const ACR_RESPONSES: readonly string[] = [
  json({ refresh_token: jwt({ exp: YEAR_2100, iat: 1_700_000_000, permissions: {} }) }),
  json({ errors: [{ code: "UNAUTHORIZED", message: "authentication required", detail: null }] }),
  json({ refresh_token: "not.a.jwt" }),
];

export const PLUGIN_RESPONSES: readonly string[] = [
  json({
    kind: "CredentialProviderResponse",
    apiVersion: `${API}/v1`,
    cacheKeyType: "Registry",
    cacheDuration: "5h59m",
    auth: { "*.azurecr.io": { username: "u", password: "p" } },
  }),
  json({ kind: "CredentialProviderResponse", apiVersion: `${API}/v1`, cacheKeyType: "Image" }),
];
