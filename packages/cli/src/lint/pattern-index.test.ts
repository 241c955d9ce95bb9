import assert from "node:assert/strict";
import { test } from "node:test";
import type { CredentialProvider } from "@imagecred/kubelet";
import fc from "fast-check";
import { hostCovers, hostsIntersect } from "./glob-set.ts";
import type { HostPattern } from "./pattern.ts";
import { patternIndex } from "./pattern-index.ts";

const PROVIDER: CredentialProvider = {
  name: "p",
  matchImages: [],
  defaultCacheDuration: null,
  apiVersion: "",
  args: null,
  env: null,
  tokenAttributes: null,
};

const label = fc
  .array(fc.constantFrom("a", "b", "*", "?"), { minLength: 1, maxLength: 4 })
  .map((one) => one.join(""));
const pattern = fc.record({
  providerIndex: fc.nat({ max: 2 }),
  labels: fc.array(label, { minLength: 1, maxLength: 3 }),
  port: fc.constantFrom("", "5000"),
  path: fc.constantFrom("", "/", "/team", "/team/", "/team/app"),
});

const covers = (wide: HostPattern["side"], narrow: HostPattern["side"]) =>
  wide.port === narrow.port && narrow.path.startsWith(wide.path) && hostCovers(wide.labels, narrow.labels);

test("the index finds the same as comparing all pairs of patterns", () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 14 }), (specs) => {
      const patterns = specs.map(({ providerIndex, ...side }, index): HostPattern => {
        const text = `${side.labels.join(".")}${side.port === "" ? "" : `:${side.port}`}${side.path}`;
        return {
          provider: PROVIDER,
          providerIndex,
          text,
          at: `${index}`,
          side: { text, ...side },
          notes: new Set(),
          placeholder: undefined,
        };
      });
      const index = patternIndex(patterns);
      patterns.forEach((own, place) => {
        const isCovered = patterns.some(
          (other, otherPlace) =>
            other !== own &&
            other.providerIndex === own.providerIndex &&
            covers(other.side, own.side) &&
            (otherPlace < place || !covers(own.side, other.side)),
        );
        const cover = index.coverOf(own);
        assert.equal(cover !== undefined, isCovered, own.text);
        if (cover !== undefined) assert.ok(covers(cover.side, own.side));
        const overlapping = new Set(
          patterns
            .filter(
              ({ providerIndex, side }) =>
                providerIndex < own.providerIndex &&
                side.port === own.side.port &&
                (side.path.startsWith(own.side.path) || own.side.path.startsWith(side.path)) &&
                hostsIntersect(side.labels, own.side.labels),
            )
            .map(({ providerIndex }) => providerIndex),
        );
        assert.deepEqual(
          new Set(index.earlierOverlaps(own).map(({ providerIndex }) => providerIndex)),
          overlapping,
        );
      });
    }),
    { numRuns: 2000 },
  );
});
