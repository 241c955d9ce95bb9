import type { Cases } from "./case.ts";

/** lint/host-lints.ts */
export const HOST_CASES: Cases = {
  "wrong-plugin": {
    // ECR patterns under the name of the ACR plugin.
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
      // A narrower pattern that exists already is not added again.
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
      // The only entry: the kubelet rejects an empty list.
      { name: "ecr-credential-provider", match: '["docker.io"]', fixed: [/dkr\.ecr/] },
      { name: "acr-credential-provider", match: '["*.azurecr.example"]' },
      // * is one label.
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
      // Typos only.
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
      // Rejected by the plugins.
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
      // False alarms.
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
    // The placeholder of a public CAPZ example.
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
};
