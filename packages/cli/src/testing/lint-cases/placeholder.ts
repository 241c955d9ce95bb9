import type { Cases } from "./case.ts";

/** lint/placeholder-lints.ts */
export const PLACEHOLDER_CASES: Cases = {
  placeholder: {
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
};
