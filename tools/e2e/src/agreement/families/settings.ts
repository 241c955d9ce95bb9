import type { Plugin } from "@imagecred/fake-clouds";
import { kubeletRequest } from "../../request.ts";
import { oddText } from "../odd.ts";
import type { Random } from "../random.ts";
import type { Family } from "../trial.ts";

const FLAGS: Readonly<Record<Plugin, readonly string[]>> = {
  ecr: ["--identity", "--identity-fallback", "--registry", "--role-arn", "--role-session-name"],
  acr: [
    "-r",
    "--registry-mirror",
    "--registry",
    "--identity",
    "--identity-fallback",
    "--tenant-id",
    "--audience",
    "--anonymous-second-try",
    "--ib-sni-name",
    "--ib-apiserver-ip",
    "--ib-default-client-id",
    "--ib-default-tenant-id",
    "--ib-ca-file",
  ],
  gcr: [
    "-a",
    "--authFlow",
    "--identity",
    "--identity-fallback",
    "--identity-provider",
    "--project-id",
    "--workload-identity-provider",
    "--sts-endpoint",
    "--iamcredentials-endpoint",
    "--service-account",
    "--universe-domain",
    "--registry-domain",
    "--registry",
  ],
};

const COMMON_FLAGS = [
  "-v",
  "--v",
  "--logtostderr",
  "--",
  "-",
  "--help=x",
  "-h1",
  "--version=1",
  "--unknown",
  "---x",
  "-=",
  "--=",
];

/** Command lines. */
export const flagFamily: Family = {
  name: "flags",
  weight: 2,
  async make(lane) {
    const { random } = lane;
    const base = await lane.base();
    const args = [...base.args];
    for (let times = 1 + random.below(3); times > 0; times--) {
      const flag = random.pick([...FLAGS[base.plugin], ...FLAGS[base.plugin], ...COMMON_FLAGS]);
      const value = flagValue(base.plugin, random);
      const given = random.pick([[flag], [flag, value], [flag, value], [`${flag}=${value}`], [value]]);
      args.splice(random.below(args.length + 1), 0, ...given);
    }
    const what = `${base.what}: ${JSON.stringify(args)}`;
    return { ...base, what, args, stdin: kubeletRequest(base.image, base.request) };
  },
};

const HOSTS: Readonly<Record<Plugin, string>> = {
  ecr: "123456789012.dkr.ecr.us-west-2.amazonaws.com",
  acr: "myreg.azurecr.io",
  gcr: "us-central1-docker.pkg.dev",
};

function flagValue(plugin: Plugin, random: Random): string {
  const host = HOSTS[plugin];
  return random.chance(0.5)
    ? oddText(random)
    : random.pick([
        "auto",
        "pod",
        "node",
        "none",
        "unassigned",
        "Node",
        `mirror.test=${host}`,
        `mirror.test:5000/a=${host}`,
        `${host}=mirror.test`,
        `mirror.test:${host}`,
        `mirror.test=${host}/x`,
        `mirror.test:5000:${host},b:${host}`,
        "arn:aws:iam::123456789012:role/pull",
        "arn:aws-cn:iam::123456789012:role/pull",
        "gcr",
        "dockercfg",
        "dockercfg-url",
        "true",
        "1",
      ]);
}

// Not LANG and LC_ALL: Node.js itself crashes on some unrealistic values before it reads a program.
/** Variables that every plugin reads; network variables have their own family. */
const COMMON_VARIABLES = ["IMAGECRED_LOG", "IMAGECRED_TIMEOUT", "HOME", "PATH", "NODE_OPTIONS", "TZ"];

/** Never the ones that point to a metadata server: if unset, plugins would call the machine's own. */
const VARIABLES: Readonly<Record<Plugin, readonly string[]>> = {
  ecr: [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_ECR",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "AWS_ECR_ROLE_ARN",
    "AWS_MAX_ATTEMPTS",
  ],
  acr: [
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_AUTHORITY_HOST",
    "AZURE_CLOUD",
    "AZURE_ENVIRONMENT",
    "AZURE_ENVIRONMENT_FILEPATH",
    "IDENTITY_ENDPOINT",
  ],
  gcr: [
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CLOUDSDK_CONFIG",
    "GOOGLE_CLOUD_UNIVERSE_DOMAIN",
    "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
  ],
};

const VALUES = [
  "20s",
  "0s",
  "-1s",
  "1ns",
  "1.5s",
  "600h",
  "9999999h",
  "1h1m1s",
  "5",
  ".5s",
  "1µs",
  "json",
  "json,debug",
  "DEBUG",
  "off",
  "true",
  "TRUE",
  "regional",
  "legacy",
  "us-west-2",
  "cn-north-1",
  "us-west-2.evil.test",
  "https://127.0.0.1:9",
  "http://example.test",
  "https://example.test:8443/base",
  "arn:aws:iam::123456789012:role/pod",
  "AzureChinaCloud",
  "AZUREPUBLICCLOUD",
  "https://login.microsoftonline.com/",
  "s3nsapis.fr",
  "/etc",
  "/etc/passwd",
  "/dev/full",
  "/proc/self/mem",
  "/nonexistent/file",
  "/etc/passwd/x",
  `/${"a".repeat(300)}`,
  "-----BEGIN",
];

/** Environment variables. */
export const environmentFamily: Family = {
  name: "environment",
  weight: 3,
  async make(lane) {
    const { random } = lane;
    const base = await lane.base();
    const changes: Record<string, string> = {};
    for (let times = 1 + random.below(3); times > 0; times--) {
      const name = random.pick([...VARIABLES[base.plugin], ...VARIABLES[base.plugin], ...COMMON_VARIABLES]);
      changes[name] = random.chance(0.6) ? random.pick(VALUES) : oddText(random);
    }
    const what = `${base.what}: ${JSON.stringify(changes)}`;
    return {
      ...base,
      what,
      limitSeconds: 4,
      env: { ...base.env, ...changes },
      stdin: kubeletRequest(base.image, base.request),
    };
  },
};
