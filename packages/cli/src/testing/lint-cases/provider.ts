import { type Cases, fileOf, PREFIX } from "./case.ts";

const TOKEN = `tokenAttributes:
  serviceAccountTokenAudience: a
  requireServiceAccount: false`;

/** lint/provider-lints.ts */
export const PROVIDER_CASES: Cases = {
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
    hits: [
      { provider: `${TOKEN}\n  cacheType: Token`, args: ["--kubernetes-version", "1.31"], at: [8, 5] },
      {
        file: '{"apiVersion":"kubelet.config.k8s.io/v1","kind":"CredentialProviderConfig","providers":[{"name":"ecr-credential-provider","apiVersion":"credentialprovider.kubelet.k8s.io/v1","matchImages":["public.ecr.aws"],"defaultCacheDuration":"6h","tokenAttributes":{"requireServiceAccount":false}}]}',
        args: ["--kubernetes-version", "1.31"],
        at: [1, 236],
      },
    ],
    misses: [
      { args: ["--kubernetes-version", "1.31"] },
      { provider: 'args: ["tokenAttributes: a"]', args: ["--kubernetes-version", "1.31"] },
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
    // Before 1.30 Windows kubelets need it.
    misses: [{ name: "my-plugin_2" }, { name: "ecr.exe", args: ["--kubernetes-version", "1.29"] }],
  },
  "duplicate-env": {
    hits: [{ provider: "env: [{name: A, value: one}, {name: A, value: two}]" }],
    misses: [{ provider: "env: [{name: A, value: one}, {name: B, value: two}]" }],
  },
};
