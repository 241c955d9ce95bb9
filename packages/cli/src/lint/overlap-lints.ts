import { hostPatternsOf, indexOf } from "./patterns.ts";
import type { Hit, Lint } from "./types.ts";
import { shown } from "./words.ts";

const shadowed: Lint = {
  code: "shadowed-pattern",
  severity: "warning",
  explanation:
    "Another entry of the same provider matches everything that this entry matches. It has no effect, and often one of the two is misspelt.",
  check: (context) =>
    hostPatternsOf(context).flatMap((pattern): readonly Hit[] => {
      const wider = indexOf(context).coverOf(pattern);
      if (wider === undefined) return [];
      return [
        {
          at: pattern.at,
          message: `${shown(pattern.text)} is covered by ${shown(wider.text)}`,
          fix: "remove one of the two",
          changes: [{ kind: "remove", at: pattern.at }],
        },
      ];
    }),
};

const overlapping: Lint = {
  code: "overlapping-providers",
  severity: "note",
  explanation:
    "If several providers match an image, the kubelet runs all of them, one after another, before the first attempt to pull; it then tries their credentials in turn.",
  check: (context) => {
    const reported = new Set<string>();
    return hostPatternsOf(context).flatMap((pattern) =>
      indexOf(context)
        .earlierOverlaps(pattern)
        .flatMap((earlier): readonly Hit[] => {
          const pair = `${earlier.providerIndex} ${pattern.providerIndex}`;
          if (reported.has(pair)) return [];
          reported.add(pair);
          return [
            {
              at: pattern.at,
              message: `${shown(pattern.text)} and ${shown(earlier.text)} of ${shown(earlier.provider.name)} match the same images`,
              fix: "narrow one of the two, unless both should run",
            },
          ];
        }),
    );
  },
};

export const OVERLAP_LINTS: readonly Lint[] = [shadowed, overlapping];
