import { chmodSync, chownSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { Bench } from "./run.ts";

/** A configuration that a lint speaks about, or is silent about. */
export interface Case {
  /** matchImages, as YAML in flow style. */
  readonly match?: string;
  /** Further lines of the provider, without indentation. */
  readonly provider?: string;
  readonly name?: string;
  /** The whole file, instead of the above. */
  readonly file?: string;
  readonly args?: readonly string[];
  readonly prepare?: (bench: Bench) => void;
  /** Line and column of the finding. */
  readonly at?: readonly [number, number];
  /** What the message or the fix has to say. */
  readonly says?: RegExp;
  /** What the file has to have when the fix is made. */
  readonly fixed?: readonly RegExp[];
}

const PREFIX = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
`;

export function fileOf({ match = '["r.io"]', provider = "", name = "custom", file }: Case): string {
  if (file !== undefined) return file;
  const duration = provider.includes("defaultCacheDuration") ? [] : ['defaultCacheDuration: "10m"'];
  const version = provider.includes("apiVersion:")
    ? []
    : ["apiVersion: credentialprovider.kubelet.k8s.io/v1"];
  const lines = [
    ...version,
    ...duration,
    `matchImages: ${match}`,
    ...(provider === "" ? [] : provider.split("\n")),
  ];
  return `${PREFIX}  - name: ${name}\n${lines.map((line) => `    ${line}\n`).join("")}`;
}

const TOKEN = `tokenAttributes:
  serviceAccountTokenAudience: a
  requireServiceAccount: false`;

function executables(make: (bin: string) => void): Pick<Case, "args" | "prepare"> {
  return {
    args: ["--bin-dir", "/opt/bin"],
    prepare: (bench) => {
      mkdirSync(bench.path("opt/bin"), { recursive: true });
      chmodSync(bench.path("opt/bin"), 0o755);
      make(bench.path("opt/bin/custom"));
    },
  };
}

function script(path: string, mode = 0o755): void {
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, mode);
}

const POOL = "projects/1/locations/global/workloadIdentityPools/pool/providers/cluster";

/** A provider that gets tokens of service accounts, for 1.34. */
function pods(
  name: string,
  match: string,
  audience: string,
  { optional = [], more = "", ...rest }: { optional?: readonly string[]; more?: string } & Case = {},
): Case {
  const keys =
    optional.length === 0 ? "" : `\n  optionalServiceAccountAnnotationKeys: ${JSON.stringify(optional)}`;
  return {
    name,
    match,
    args: ["--kubernetes-version", "1.34"],
    provider: `tokenAttributes:\n  serviceAccountTokenAudience: ${JSON.stringify(audience)}\n  cacheType: ServiceAccount\n  requireServiceAccount: false${keys}${more === "" ? "" : `\n${more}`}`,
    ...rest,
  };
}

/** The provider "mine", whose executable is a link to another. */
function linked(target: string): Pick<Case, "args" | "prepare"> {
  return {
    args: ["--bin-dir", "/opt/bin"],
    prepare: (bench) => {
      mkdirSync(bench.path("opt/bin"), { recursive: true });
      script(bench.path("opt/bin", target));
      symlinkSync(target, bench.path("opt/bin/mine"));
    },
  };
}

/** Every lint: where it must speak, and the nearest thing where it must not. */
export const CASES: Readonly<
  Record<string, { readonly hits: readonly Case[]; readonly misses: readonly Case[] }>
> = {
  "empty-pattern": { hits: [{ match: '["r.io", ""]', at: [7, 27] }], misses: [{ match: '["r.io"]' }] },
  scheme: {
    hits: [{ match: '["https://r.io"]', at: [7, 19] }, { match: '["docker://r.io/app"]' }],
    misses: [{ match: '["https.io"]' }],
  },
  "path-glob": {
    hits: [{ match: '["r.io/*"]' }, { match: '["r.io/team-*/app"]' }],
    misses: [{ match: '["*.io/team/"]' }],
  },
  query: {
    hits: [{ match: '["r.io?x"]' }, { match: '["r?.io"]' }, { match: '["r.io/a#b"]' }],
    misses: [{ match: '["r.io"]' }],
  },
  userinfo: {
    hits: [{ match: '["user@r.io"]' }, { match: '["user:pass@r.io"]' }],
    misses: [{ match: '["r.io"]' }],
  },
  "path-prefix": {
    hits: [{ match: '["r.io/foo"]', at: [7, 19] }],
    misses: [{ match: '["r.io/foo/"]' }, { match: '["r.io"]' }, { match: '["r.io/"]' }],
  },
  "tag-in-pattern": {
    hits: [{ match: '["r.io/app:v1"]' }, { match: '["r.io/app@sha256:00"]' }],
    misses: [{ match: '["r.io:5000/app/"]' }],
  },
  "port-443": { hits: [{ match: '["r.io:443"]' }], misses: [{ match: '["r.io:5000"]' }] },
  "upper-case": {
    hits: [{ match: '["R.io"]' }, { match: '["r.io/App/"]' }],
    misses: [{ match: '["r.io/app/"]' }],
  },
  "docker-hub-name": { hits: [{ match: '["index.docker.io"]' }], misses: [{ match: '["docker.io"]' }] },
  "wrong-plugin": {
    // validate.md: ECR patterns under the name of the ACR plugin.
    hits: [
      {
        name: "acr-credential-provider",
        match: '["*.dkr.ecr.*.amazonaws.com", "public.ecr.aws"]',
        at: [4, 11],
        fixed: [/name: ecr-credential-provider/],
      },
      { name: "ecr-credential-provider", match: '["gcr.io", "*.pkg.dev"]' },
    ],
    misses: [
      { name: "acr-credential-provider", match: '["*.azurecr.io", "*.dkr.ecr.*.amazonaws.com"]' },
      { name: "acr-credential-provider", match: '["docker.io"]' },
    ],
  },
  "too-wide": {
    hits: [
      {
        name: "ecr-credential-provider",
        match: '["*.*.*.*.*.*"]',
        fixed: [/"\*\.dkr\.ecr\.\*\.amazonaws\.com"/],
      },
      {
        name: "gcr-credential-provider",
        match: '["*.io"]',
        fixed: [/matchImages: \["\*\.gcr\.io"\]|matchImages: \["gcr\.io"\]/],
      },
      { match: '["*.*"]' },
      { match: '["*"]' },
      // What is narrower already is not written twice.
      {
        name: "ecr-credential-provider",
        match: '["*.dkr.ecr.*.amazonaws.com", "*.*.*.*.amazonaws.com", "*.dkr.ecr-fips.*.amazonaws.com"]',
      },
    ],
    misses: [
      { name: "ecr-credential-provider", match: '["*.dkr.ecr.*.amazonaws.com"]' },
      { name: "ecr-credential-provider", match: '["123456789012.dkr.ecr.eu-*.amazonaws.com"]' },
      { name: "gcr-credential-provider-pods", match: '["*.pkg.dev"]' },
      { match: '["*.r.io"]' },
    ],
  },
  "foreign-registry": {
    hits: [
      {
        name: "ecr-credential-provider",
        match: '["*.dkr.ecr.*.amazonaws.com", "docker.io"]',
        fixed: [/\["\*\.dkr\.ecr\.\*\.amazonaws\.com"\]/],
      },
      // The only entry: a list without entries is refused by the kubelet.
      { name: "ecr-credential-provider", match: '["docker.io"]', fixed: [/dkr\.ecr/] },
      { name: "acr-credential-provider", match: '["*.azurecr.example"]' },
      // cli.md: * is one label.
      {
        name: "ecr-credential-provider",
        match: '["*.amazonaws.com"]',
        says: /\* stands for one label/,
        fixed: [/"\*\.dkr\.ecr\.\*\.amazonaws\.com"/],
      },
      {
        name: "ecr-credential-provider",
        match: '["*"]',
        says: /\* stands for one label/,
        fixed: [/"\*\.dkr\.ecr\.\*\.amazonaws\.com"/],
      },
      // validate.md, kind 4: slips, not wishes.
      {
        name: "ecr-credential-provider",
        match: '["*.dkr.ecr.*.on.aws"]',
        fixed: [/\["\*\.dkr-ecr\.\*\.on\.aws"\]/],
      },
      {
        name: "ecr-credential-provider",
        match: '["*.dkr.ecr.*.amazonaws.cn"]',
        fixed: [/\["\*\.dkr\.ecr\.\*\.amazonaws\.com\.cn"\]/],
      },
      {
        name: "ecr-credential-provider",
        match: '["123456789012.dkr.ecr.eu-west-1.amazonaws.con"]',
        fixed: [/\["123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com"\]/],
      },
      { name: "acr-credential-provider", match: '["*.azurcr.io"]', fixed: [/\["\*\.azurecr\.io"\]/] },
      { name: "gcr-credential-provider", match: '["*.pkg.deb"]', fixed: [/\["\*\.pkg\.dev"\]/] },
      // validate.md, kind 1.4: refused by the plugins.
      { name: "acr-credential-provider", match: '["*.azurecr.de"]' },
      { name: "gcr-credential-provider", match: '["container.cloud.google.com"]' },
      {
        name: "acr-credential-provider",
        match: '["*.azurecr.io", "quay.io"]',
        provider: "args: [/etc/kubernetes/azure.json]",
      },
    ],
    misses: [
      {
        name: "ecr-credential-provider",
        match: '["cache.example.com:5000"]',
        provider: 'args: ["--registry=cache.example.com:5000=123456789012.dkr.ecr.us-east-1.amazonaws.com"]',
      },
      {
        name: "acr-credential-provider",
        match: '["mirror.example.com"]',
        provider: 'args: ["-r", "mirror.example.com:registry.azurecr.io"]',
      },
      { name: "someone-elses", match: '["docker.io"]' },
      // validate.md, kind 1.4: false alarms.
      {
        name: "acr-credential-provider",
        match: '["*.azurecr.microsoft.scloud"]',
        provider: "args: [/etc/kubernetes/azure.json]",
      },
      {
        name: "acr-credential-provider",
        match: '["*.azurecr.eaglex.ic.gov"]',
        provider: "args: [/etc/kubernetes/azure.json]",
      },
      {
        name: "gcr-credential-provider",
        match: '["*.registry.cloud.example"]',
        provider: 'args: ["--universe-domain=cloud.example", "--registry-domain=registry.cloud.example"]',
      },
      {
        name: "gcr-credential-provider",
        match: '["docker.io"]',
        provider: 'args: ["--authFlow=dockercfg"]',
      },
    ],
  },
  "unknown-registry": {
    hits: [
      {
        name: "acr-credential-provider",
        match: '["*.azurecr.microsoft.scloud"]',
        provider: "args: [/etc/kubernetes/azure.json]",
      },
    ],
    misses: [
      {
        name: "acr-credential-provider",
        match: '["*.azurecr.io"]',
        provider: "args: [/etc/kubernetes/azure.json]",
      },
    ],
  },
  "short-name": {
    hits: [
      {
        name: "ecr-credential-provider",
        match: '["public.ecr.aws", "nginx"]',
        says: /Docker Hub/,
        fixed: [/\["public\.ecr\.aws"\]/],
      },
      { match: '["nginx"]', fixed: [/docker\.io\/library\/nginx/] },
      { match: '["team/app/"]', fixed: [/docker\.io\/team\/app\//] },
    ],
    misses: [{ match: '["localhost"]' }, { match: '["registry:5000"]' }, { match: '["r.io"]' }],
  },
  "mirror-not-matched": {
    hits: [
      {
        name: "ecr-credential-provider",
        match: '["public.ecr.aws"]',
        provider: 'args: ["--registry=cache.example=public.ecr.aws"]',
        fixed: [/\["public\.ecr\.aws", "cache\.example"\]/],
      },
    ],
    misses: [
      {
        name: "ecr-credential-provider",
        match: '["*.example"]',
        provider: 'args: ["--registry=cache.example=public.ecr.aws"]',
      },
    ],
  },
  "mirror-target": {
    // validate.md, kind 1.1: the placeholder of a public CAPZ example.
    hits: [
      {
        name: "acr-credential-provider",
        match: '["*.azurecr.io", "mcr.microsoft.com"]',
        provider: 'args: ["--registry-mirror=mcr.microsoft.com:xxx.azurecr.io"]',
        at: [8, 12],
      },
      {
        name: "gcr-credential-provider",
        match: '["gcr.io", "cache.example"]',
        provider: 'args: ["--registry=cache.example=registry.azurecr.io"]',
      },
    ],
    misses: [
      {
        name: "acr-credential-provider",
        match: '["*.azurecr.io", "mcr.microsoft.com"]',
        provider: 'args: ["--registry-mirror=mcr.microsoft.com:registry.azurecr.io"]',
      },
    ],
  },
  placeholder: {
    // validate.md, kind 3.
    hits: [
      { match: '["<artifact-url>*.jfrog.io"]', at: [7, 19] },
      { match: '["*.<test.your-org.domain.io>"]' },
      { match: '["$MATCH_IMAGES"]' },
      { provider: 'args: ["--url={{ url }}"]' },
      { provider: 'env: [{name: A, value: "<fill-in>"}]' },
      {
        name: "ecr-credential-provider",
        match: '["AWS_ACCOUNT_ID.dkr.ecr.REGION.amazonaws.com"]',
        fixed: [/\["\*\.dkr\.ecr\.\*\.amazonaws\.com"\]/],
      },
    ],
    misses: [{ match: '["r.io/Team/"]' }, { provider: 'args: ["a<b"]' }],
  },
  "unexpanded-variable": {
    hits: [
      { provider: 'env: [{name: PATH, value: "$PATH:/usr/local/kubelet/bin"}]', at: [8, 31] },
      { provider: `args: ["--url=\${URL}"]` },
      { provider: 'args: ["$(HOST)"]' },
    ],
    misses: [{ provider: 'env: [{name: A, value: "a$bc"}]' }, { provider: 'args: ["5$"]' }],
  },
  "quotes-in-argument": {
    hits: [
      {
        provider: "args: ['--vault-addr=\"https://vault\"']",
        at: [8, 12],
        fixed: [/'--vault-addr=https:\/\/vault'/],
      },
      { provider: `env: [{name: A, value: "'b'"}]`, fixed: [/value: "b"/] },
    ],
    misses: [{ provider: "args: ['--json={\"a\": 1}']" }],
  },
  "merged-arguments": {
    hits: [
      { provider: 'args: ["--vault-addr https://vault"]', fixed: [/\["--vault-addr", "https:\/\/vault"\]/] },
    ],
    misses: [{ provider: 'args: ["--a=b c", "two words"]' }],
  },
  "plugin-arguments": {
    // validate.md, kind 1.1.
    hits: [
      {
        name: "gcr-credential-provider",
        match: '["gcr.io"]',
        provider: "args: [get-credentials, --identity-falback=node]",
        at: [8, 29],
        fixed: [/--identity-fallback=node/],
      },
      {
        name: "ecr-credential-provider",
        match: '["public.ecr.aws"]',
        provider: 'args: ["--identity-fallback=unasigned"]',
        fixed: [/--identity-fallback=unassigned/],
      },
      {
        name: "ecr-credential-provider",
        match: '["public.ecr.aws"]',
        provider: 'args: ["--role-arn arn:aws:iam::123456789012:role/pull"]',
        fixed: [/--role-arn=arn/],
      },
      {
        name: "ecr-credential-provider",
        match: '["public.ecr.aws"]',
        provider: 'env: [{name: AWS_USE_FIPS_ENDPOINT, value: "maybe"}]',
        at: [8, 48],
      },
      {
        name: "mine",
        match: '["public.ecr.aws"]',
        provider: "args: [--nonsense]",
        ...linked("ecr-credential-provider"),
      },
    ],
    misses: [
      { name: "gcr-credential-provider", match: '["gcr.io"]', provider: "args: [get-credentials, --v=3]" },
      { name: "another-make", provider: "args: [--nonsense]" },
    ],
  },
  "identity-not-passed": {
    // validate.md, kind 1.2.
    hits: [
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/role-arn"],
        fixed: [/eks\.amazonaws\.com\/ecr-role-arn/],
      }),
      pods("acr-credential-provider", '["*.azurecr.io"]', "api://AzureADTokenExchange", {
        says: /every pod's pull fails/,
        fixed: [/optionalServiceAccountAnnotationKeys/],
      }),
    ],
    misses: [
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/ecr-role-arn"],
      }),
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        more: "env: [{name: AWS_ECR_ROLE_ARN, value: 'arn:aws:iam::123456789012:role/pull'}]",
      }),
    ],
  },
  "unread-annotation": {
    hits: [
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/ecr-role-arn", "eks.amazonaws.com/role-arn"],
        fixed: [/\["eks\.amazonaws\.com\/ecr-role-arn"\]/],
      }),
    ],
    misses: [
      pods("acr-credential-provider", '["*.azurecr.io"]', "api://AzureADTokenExchange", {
        optional: ["azure.workload.identity/client-id", "azure.workload.identity/tenant-id"],
      }),
    ],
  },
  "wrong-audience": {
    // validate.md, kind 1.3.
    hits: [
      pods(
        "gcr-credential-provider",
        '["gcr.io"]',
        `https://iam.googleapis.com/${POOL.replace("cluster", "other")}`,
        {
          more: `args: ["--workload-identity-provider=${POOL}"]`,
          fixed: [
            /serviceAccountTokenAudience: "https:\/\/iam\.googleapis\.com\/projects\/1\/locations\/global\/workloadIdentityPools\/pool\/providers\/cluster"/,
          ],
        },
      ),
      pods("acr-credential-provider", '["*.azurecr.us"]', "api://AzureADTokenExchange", {
        optional: ["azure.workload.identity/client-id"],
        fixed: [/api:\/\/AzureADTokenExchangeUSGov/],
      }),
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.co", {
        optional: ["eks.amazonaws.com/ecr-role-arn"],
        fixed: [/serviceAccountTokenAudience: "?sts\.amazonaws\.com"?/],
      }),
    ],
    misses: [
      pods("acr-credential-provider", '["*.azurecr.io"]', "api://AzureADTokenExchange", {
        optional: ["azure.workload.identity/client-id"],
      }),
      pods("ecr-credential-provider", '["public.ecr.aws"]', "my-own-audience", {
        optional: ["eks.amazonaws.com/ecr-role-arn"],
      }),
    ],
  },
  "identity-rule": {
    hits: [
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/ecr-role-arn"],
        says: /pull with the node's identity \(--identity-fallback=unassigned, the default\)/,
      }),
      pods("acr-credential-provider", '["*.azurecr.io"]', "api://AzureADTokenExchange", {
        optional: ["azure.workload.identity/client-id"],
        says: /get no credentials \(--identity-fallback=none, the default\)/,
      }),
    ],
    misses: [
      pods("ecr-credential-provider", '["public.ecr.aws"]', "sts.amazonaws.com", {
        optional: ["eks.amazonaws.com/ecr-role-arn"],
        more: 'args: ["--identity=node"]',
      }),
      { name: "ecr-credential-provider", match: '["public.ecr.aws"]' },
    ],
  },
  "shadowed-pattern": {
    hits: [
      { match: '["*.io", "r.io"]', at: [7, 27] },
      { match: '["r.io", "*.io"]', at: [7, 19] },
      { match: '["r.io", "r.io"]', at: [7, 27] },
      { match: '["r.io/team/", "r.io/team/app/"]' },
    ],
    misses: [
      { match: '["*.io", "*.com"]' },
      { match: '["r.io", "r.io:5000"]' },
      { match: '["r.io/team/", "r.io/other/"]' },
    ],
  },
  "overlapping-providers": {
    hits: [
      {
        file: `${fileOf({ match: '["*.io"]' })}${fileOf({ name: "other", match: '["r.io"]' }).slice(PREFIX.length)}`,
        at: [11, 19],
      },
    ],
    misses: [
      {
        file: `${fileOf({ match: '["*.io"]' })}${fileOf({ name: "other", match: '["r.com"]' }).slice(PREFIX.length)}`,
      },
    ],
  },
  "cache-outlives-token": {
    hits: [
      {
        name: "ecr-credential-provider",
        match: '["public.ecr.aws"]',
        provider: 'defaultCacheDuration: "24h"',
      },
      {
        name: "acr-credential-provider",
        match: '["*.azurecr.io"]',
        provider: 'defaultCacheDuration: "4h"',
      },
      { name: "auth-provider-gcp", match: '["gcr.io"]', provider: 'defaultCacheDuration: "61m"' },
    ],
    misses: [
      {
        name: "ecr-credential-provider",
        match: '["public.ecr.aws"]',
        provider: 'defaultCacheDuration: "12h"',
      },
      { provider: 'defaultCacheDuration: "100h"' },
    ],
  },
  "cache-type-missing": {
    hits: [{ provider: TOKEN, args: ["--kubernetes-version", "1.33"] }],
    misses: [{ provider: `${TOKEN}\n  cacheType: Token` }, { args: ["--kubernetes-version", "1.33"] }],
  },
  "token-attributes-version": {
    hits: [{ provider: `${TOKEN}\n  cacheType: Token` }],
    misses: [{ provider: `${TOKEN}\n  cacheType: Token`, args: ["--kubernetes-version", "1.34"] }, {}],
  },
  "token-attributes-ignored": {
    hits: [{ provider: `${TOKEN}\n  cacheType: Token`, args: ["--kubernetes-version", "1.31"], at: [8, 5] }],
    misses: [
      { args: ["--kubernetes-version", "1.31"] },
      { provider: "# tokenAttributes: none", args: ["--kubernetes-version", "1.31"] },
    ],
  },
  "old-protocol": {
    hits: [{ provider: "apiVersion: credentialprovider.kubelet.k8s.io/v1beta1" }],
    misses: [{ provider: "apiVersion: credentialprovider.kubelet.k8s.io/v1" }],
  },
  "odd-name": {
    hits: [
      { name: '""' },
      { name: '"-rf"' },
      { name: ".hidden" },
      { name: "ecr.exe" },
      { name: '"a\\tb"' },
      { name: '"a\\\\b"' },
      {
        file: `${fileOf({ match: '["a.io"]' })}${fileOf({ name: "Custom", match: '["r.com"]' }).slice(PREFIX.length)}`,
      },
    ],
    // validate.md, kind 5: before 1.30 Windows kubelets need it.
    misses: [{ name: "my-plugin_2" }, { name: "ecr.exe", args: ["--kubernetes-version", "1.29"] }],
  },
  "duplicate-env": {
    hits: [{ provider: "env: [{name: A, value: one}, {name: A, value: two}]" }],
    misses: [{ provider: "env: [{name: A, value: one}, {name: B, value: two}]" }],
  },
  "secret-in-env": {
    hits: [
      { provider: "env: [{name: AWS_SECRET_ACCESS_KEY, value: abcdef}]" },
      { provider: 'env: [{name: HTTPS_PROXY, value: "http://user:hunter2@proxy:3128"}]' },
      { provider: "env: [{name: X, value: eyJhbGciOiJub25lIn0.eyJhIjoxfQ.}]" },
      { provider: 'env: [{name: KEY, value: "-----BEGIN RSA PRIVATE KEY-----"}]' },
      { provider: 'args: ["--client-secret=abcdef"]' },
      { provider: 'args: ["--client-secret", "abcdef"]' },
      // validate.md, kind 2.
      { provider: "env: [{name: VULTR_API_KEY, value: abcdef}]" },
      { provider: "env: [{name: KSCP_REGISTRY_PASSWORD, value: abcdef}]" },
      { provider: "env: [{name: registryPassword, value: abcdef}]" },
    ],
    misses: [
      { provider: "env: [{name: ID_TOKEN_PROVIDER, value: GCP-GCE}]" },
      { provider: "env: [{name: TOKEN_VALIDATION, value: enabled}]" },
      { provider: "env: [{name: PASSWORD_POLICY, value: strict}]" },
      { provider: "env: [{name: AUTH_TOKEN, value: /var/run/token}]" },
      { provider: "env: [{name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/token}]" },
      { provider: "env: [{name: GOOGLE_APPLICATION_CREDENTIALS, value: /etc/key.json}]" },
      { provider: "env: [{name: AWS_SECRET_ACCESS_KEY, value: ''}]" },
      { provider: 'env: [{name: HTTPS_PROXY, value: "http://proxy:3128"}]' },
      { provider: 'args: ["get-credentials", "--v=3"]' },
    ],
  },
  "second-document": {
    hits: [
      { file: `${fileOf({})}---\nkind: x\n`, at: [8, 1] },
      { file: `---\n${fileOf({})}...\n---\nkind: x\n`, at: [9, 1] },
    ],
    misses: [{ file: `# head\n---\n${fileOf({})}` }, { file: `${fileOf({})}---\n# nothing more\n` }],
  },
  "bin-dir-missing": {
    hits: [{ args: ["--bin-dir", "/nowhere"], at: [1, 1] }],
    misses: [executables(script)],
  },
  "executable-missing": {
    hits: [executables(() => {}), executables((path) => mkdirSync(path))],
    misses: [
      executables(script),
      executables((path) => {
        script(`${path}-real`);
        symlinkSync("custom-real", path);
      }),
    ],
  },
  "executable-mode": { hits: [executables((path) => script(path, 0o644))], misses: [executables(script)] },
  "executable-format": {
    hits: [
      executables((path) => {
        writeFileSync(path, "echo no interpreter\n");
        chmodSync(path, 0o755);
      }),
    ],
    misses: [executables(script)],
  },
  "executable-writable": {
    hits: [
      executables((path) => script(path, 0o757)),
      executables((path) => {
        script(path);
        chmodSync(path.replace("/custom", ""), 0o777);
      }),
      ...(process.geteuid?.() === 0
        ? [
            executables((path) => {
              script(path);
              chownSync(path, 1234, 0);
            }),
          ]
        : []),
    ],
    misses: process.geteuid?.() === 0 ? [executables(script)] : [],
  },
  "executable-dynamic": {
    hits: [executables((path) => copyFileSync("/bin/sh", path))],
    misses: [executables(script)],
  },
};
