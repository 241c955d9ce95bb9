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
  "too-wide": {
    hits: [
      { name: "ecr-credential-provider", match: '["*.*.*.*.*.*"]' },
      { name: "gcr-credential-provider", match: '["*.io"]' },
      { match: '["*.*"]' },
      { match: '["*"]' },
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
      { name: "ecr-credential-provider", match: '["docker.io"]' },
      { name: "acr-credential-provider", match: '["*.azurecr.example"]' },
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
        provider: 'args: ["-r", "mirror.example.com:reg.azurecr.io"]',
      },
      { name: "someone-elses", match: '["docker.io"]' },
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
    misses: [{ name: "my-plugin_2" }],
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
    ],
    misses: [
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
