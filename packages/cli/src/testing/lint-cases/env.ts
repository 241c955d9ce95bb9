import type { Cases } from "./case.ts";

/** lint/env-lints.ts */
export const ENV_CASES: Cases = {
  "env-name": {
    hits: [
      { provider: 'env: [{name: "A=b"}]', fixed: [/name: "?A"?\b/, /value: "?b"?/] },
      { provider: 'env: [{name: "A=b", value: ""}]', fixed: [/value: "?b"?/] },
      { provider: 'env: [{name: "A=B", value: c}]' },
      { provider: 'env: [{name: "", value: c}]' },
      { provider: 'env: [{name: "MY-VAR", value: c}]' },
      { provider: 'env: [{name: " A", value: c}]' },
      { provider: 'env: [{name: "1A", value: c}]' },
    ],
    misses: [
      { provider: "env: [{name: https_proxy, value: c}]" },
      { provider: "env: [{name: _A1, value: ''}]" },
    ],
  },
  "env-loader": {
    hits: [{ provider: "env: [{name: LD_PRELOAD, value: /x.so}]" }],
    misses: [{ provider: "env: [{name: LD, value: /x.so}]" }],
  },
};
