import { type CredentialProvider, type MatchSide, matchImage } from "@imagecred/kubelet";
import type { LintContext } from "./types.ts";

/** One entry of matchImages and what the kubelet makes of it. */
export interface Pattern {
  readonly provider: CredentialProvider;
  readonly providerIndex: number;
  readonly text: string;
  /** `providers[0].matchImages[2]` */
  readonly at: string;
  /** undefined where it cannot be parsed, which is an error of its own. */
  readonly side: MatchSide | undefined;
  readonly notes: ReadonlySet<string>;
}

const parsed = new WeakMap<LintContext["providers"], readonly Pattern[]>();

/** Every pattern of a configuration, parsed once for all lints. */
export function patternsOf({ providers }: Pick<LintContext, "providers">): readonly Pattern[] {
  const known = parsed.get(providers);
  if (known !== undefined) return known;
  const patterns = parse(providers);
  parsed.set(providers, patterns);
  return patterns;
}

function parse(providers: LintContext["providers"]): readonly Pattern[] {
  return providers.flatMap((provider, providerIndex) =>
    (provider.matchImages ?? []).map((text, index): Pattern => {
      const explanation = matchImage(text, "registry.example/image");
      const at = `providers[${providerIndex}].matchImages[${index}]`;
      return {
        provider,
        providerIndex,
        text,
        at,
        side: explanation.pattern,
        notes: new Set(explanation.notes),
      };
    }),
  );
}

export function shown(text: string): string {
  return JSON.stringify(text);
}
