import type { CredentialProvider, MatchSide } from "@imagecred/kubelet";

/** One entry of matchImages as the kubelet parses it. */
export interface Pattern {
  readonly provider: CredentialProvider;
  readonly providerIndex: number;
  readonly text: string;
  /** `providers[0].matchImages[2]` */
  readonly at: string;
  /** undefined if it cannot be parsed, which is a separate error. */
  readonly side: MatchSide | undefined;
  readonly notes: ReadonlySet<string>;
  /** A placeholder that was not filled in. */
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

/** Whether it has no host: the first part of an image name is a host only if it has a dot, a port or capitals (distribution/reference). */
export function isShortName({ text, side }: HostPattern): boolean {
  // Parts that the kubelet cuts off (a query, a user) are reported separately.
  if (/[?#@]/.test(text)) return false;
  const [label = ""] = side.labels;
  return side.labels.length === 1 && side.port === "" && /^[a-z0-9_-]+$/.test(label) && label !== "localhost";
}
