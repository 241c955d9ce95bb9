import type { Cases } from "./case.ts";

/** lint/impossible-lints.ts */
export const IMPOSSIBLE_CASES: Cases = {
  "impossible-host": {
    hits: [
      { match: '["r.io."]', at: [7, 19], fixed: [/"r\.io"/] },
      { match: '["r..io:5000/a"]', fixed: [/"r\.io:5000\/a"/] },
      { match: '["bücher.example"]', says: /xn--/ },
      { match: '["my_registry.io"]', says: /"_" in its host/ },
      { match: '["-r.io"]', says: /cannot begin or end with a hyphen/ },
      { match: '["r-.io"]' },
      { match: '["r.io:99999"]', says: /port 99999/, fixed: [/"r\.io"/] },
      { match: '["r.io:0"]' },
    ],
    misses: [
      { match: '["r.io"]' },
      { match: '["my-registry.io:5000/my_team/app"]' },
      { match: '["xn--bcher-kva.example"]' },
      { match: '["*.r-1.io"]' },
      { match: '["[::1]:5000"]' },
      { match: '["10.0.0.1:65535"]' },
      { match: '["R.io"]' },
      { match: '["r?.io"]' },
    ],
  },
};
