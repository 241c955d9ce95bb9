import { type Cases, fileOf, PREFIX } from "./case.ts";

/** lint/overlap-lints.ts */
export const OVERLAP_CASES: Cases = {
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
};
