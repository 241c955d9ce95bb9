import type { CredentialProvider, MatchSide } from "@imagecred/kubelet";

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
  /** The words that were to be filled in. */
  readonly placeholder: string | undefined;
}

/** A pattern whose host can be compared with others. */
export interface HostPattern extends Pattern {
  readonly side: MatchSide;
}

/** Host and port of a pattern. */
export function hostOf({ side }: HostPattern): string {
  return side.labels.join(".") + (side.port === "" ? "" : `:${side.port}`);
}

/** Whether the provider has other entries: a list must not become empty. */
export function hasSiblings({ provider }: Pattern): boolean {
  return (provider.matchImages ?? []).length > 1;
}

/** The first part of an image's name is a host only with a dot, a port or capital letters in it (distribution/reference). */
export function isShortName({ text, side }: HostPattern): boolean {
  // What the kubelet cuts off (a query, a user) has a finding of its own.
  if (/[?#@]/.test(text)) return false;
  const [label = ""] = side.labels;
  return side.labels.length === 1 && side.port === "" && /^[a-z0-9_-]+$/.test(label) && label !== "localhost";
}
