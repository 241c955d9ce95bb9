import { type MatchSide, matchImage } from "@imagecred/kubelet";
import type { Change } from "../edit/change.ts";
import { isSimple } from "./glob-set.ts";
import { type HostPattern, hasSiblings, type Pattern } from "./pattern.ts";
import { type PatternIndex, patternIndex } from "./pattern-index.ts";
import { placeholderIn } from "./placeholders.ts";
import type { LintContext } from "./types.ts";

interface Parsed {
  readonly all: readonly Pattern[];
  readonly hosts: readonly HostPattern[];
  readonly index: PatternIndex;
}

const parsed = new WeakMap<LintContext["providers"], Parsed>();

/** Every pattern of a configuration, parsed once for all lints. */
function parsedOf({ providers }: LintContext): Parsed {
  const known = parsed.get(providers);
  if (known !== undefined) return known;
  const all = parse(providers);
  const hosts = all.filter(isHostPattern);
  const result = { all, hosts, index: patternIndex(hosts) };
  parsed.set(providers, result);
  return result;
}

/** Every pattern without placeholders. */
export function patternsOf(context: LintContext): readonly Pattern[] {
  return parsedOf(context).all.filter(({ placeholder }) => placeholder === undefined);
}

/** Every pattern with a placeholder. */
export function unfilledPatterns(context: LintContext): readonly Pattern[] {
  return parsedOf(context).all.filter(({ placeholder }) => placeholder !== undefined);
}

/** Patterns with a host that are simple enough to be compared (see isSimple). */
export function hostPatternsOf(context: LintContext): readonly HostPattern[] {
  return parsedOf(context).hosts;
}

/** An index of {@link hostPatternsOf}. */
export function indexOf(context: LintContext): PatternIndex {
  return parsedOf(context).index;
}

function isHostPattern(pattern: Pattern): pattern is HostPattern {
  const { text, side, notes, placeholder } = pattern;
  return (
    placeholder === undefined &&
    side !== undefined &&
    isSimple(text) &&
    !notes.has("scheme") &&
    side.labels.join("") !== ""
  );
}

function parse(providers: LintContext["providers"]): readonly Pattern[] {
  return providers.flatMap((provider, providerIndex) =>
    (provider.matchImages ?? []).map((text, index): Pattern => {
      const explanation = matchImage(text, "registry.example/image");
      return {
        provider,
        providerIndex,
        text,
        at: `providers[${providerIndex}].matchImages[${index}]`,
        side: explanation.pattern,
        notes: new Set(explanation.notes),
        placeholder: placeholderIn(text) ?? upperCaseWord(explanation.pattern),
      };
    }),
  );
}

/** `ACCOUNT_ID` in `ACCOUNT_ID.dkr.ecr.REGION.amazonaws.com`: a whole label in capital letters is a word to replace. */
function upperCaseWord(side: MatchSide | undefined): string | undefined {
  return side?.labels.find((label) => /^[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*$/.test(label) && label.length > 2);
}

/**
 * The change that replaces a pattern by others, without those that its list already has or covers.
 * @returns undefined if nothing would be left in the list
 */
export function replacement(
  context: LintContext,
  pattern: Pattern,
  texts: readonly string[],
): readonly Change[] | undefined {
  const { index } = parsedOf(context);
  const fresh = [...new Set(texts)].filter((text) => !index.isCovered(text, pattern));
  if (fresh.length === 0 && !hasSiblings(pattern)) return undefined;
  return [
    fresh.length === 0
      ? { kind: "remove", at: pattern.at }
      : { kind: "replace-item", at: pattern.at, values: fresh },
  ];
}
