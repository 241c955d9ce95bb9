import type { Cases } from "./case.ts";

/** lint/pattern-lints.ts */
export const PATTERN_CASES: Cases = {
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
  "upper-case": {
    hits: [{ match: '["R.io"]' }, { match: '["r.io/App/"]' }],
    misses: [{ match: '["r.io/app/"]' }],
  },
  "docker-hub-name": { hits: [{ match: '["index.docker.io"]' }], misses: [{ match: '["docker.io"]' }] },
  "empty-pattern": { hits: [{ match: '["r.io", ""]', at: [7, 27] }], misses: [{ match: '["r.io"]' }] },
  "port-443": { hits: [{ match: '["r.io:443"]' }], misses: [{ match: '["r.io:5000"]' }] },
};
