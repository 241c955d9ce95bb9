/**
 * The rules of matchImages, from URLsMatchStr and URLsMatch in pkg/credentialprovider/keyring.go (v1.37.2): both sides
 * are parsed as `https://` URLs; port, number of labels, path prefix and each label are compared, in that order.
 */
import { type ByteString, textOf } from "../go/bytes.ts";
import { BadPatternError, globMatch } from "../go/glob.ts";
import { type GoUrl, GoUrlError, parseHttpUrl } from "../go/url.ts";
import { splitHost } from "./host-port.ts";

/** One side of a comparison, as the kubelet sees it. */
export interface MatchSide {
  readonly text: string;
  /** The host's labels: the parts between the dots. */
  readonly labels: readonly string[];
  /** Empty if there is no port; the kubelet has no default port. */
  readonly port: string;
  /** Decoded, with its leading slash; empty if there is no path. */
  readonly path: string;
}

/** A label of the pattern and the image's label at the same position. Comparing stops at the first mismatch. */
export interface LabelMatch {
  readonly pattern: string;
  readonly image: string;
  readonly matched: boolean;
}

/** The result of a comparison: the first part that differs, or that all matched. */
export type MatchReason =
  | { readonly kind: "matched" }
  /** The pattern or the image is not a URL; the kubelet treats this as "does not match". */
  | { readonly kind: "invalid"; readonly side: "pattern" | "image" | "label"; readonly error: string }
  | { readonly kind: "port"; readonly pattern: string; readonly image: string }
  | { readonly kind: "label-count"; readonly pattern: number; readonly image: number }
  | { readonly kind: "path"; readonly pattern: string; readonly image: string }
  | { readonly kind: "label"; readonly index: number; readonly pattern: string; readonly image: string };

/** Parts of the pattern that the kubelet ignores or reads literally, whether it matched or not. */
export type MatchNote =
  /** The pattern has a scheme, so its host and path are parsed wrongly, and nothing matches. */
  | "scheme"
  /** Everything from `?` on is ignored, so `r?.io` is the host `r`. */
  | "query"
  | "fragment"
  | "userinfo"
  /** `*`, `?` or `[` in the path is read literally. */
  | "path-glob"
  /** The path is a prefix of characters, not of segments: `r.io/foo` also matches `r.io/foobar`. */
  | "path-prefix";

/** Whether one entry of matchImages matches an image, and why. */
export interface MatchExplanation {
  readonly matched: boolean;
  /** The error that URLsMatchStr returns, or null. */
  readonly error: string | null;
  readonly reason: MatchReason;
  /** Undefined if that side could not be parsed. */
  readonly pattern: MatchSide | undefined;
  readonly image: MatchSide | undefined;
  /** The labels that were compared. */
  readonly labels: readonly LabelMatch[];
  readonly notes: readonly MatchNote[];
}

/**
 * Compares one entry of matchImages with an image name without tag and digest (see parseImage). Never throws.
 *
 * @param pattern an entry of matchImages, or a key of a plugin's `auth`
 * @param image such as `123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app`
 */
export function matchImage(pattern: string, image: string): MatchExplanation {
  const patternUrl = tryParse(pattern);
  if ("error" in patternUrl) return unparsed("pattern", patternUrl.error, notesOn(pattern, undefined));
  const notes = notesOn(pattern, patternUrl.url);
  const imageUrl = tryParse(image);
  if ("error" in imageUrl) {
    return { ...unparsed("image", imageUrl.error, notes), pattern: sideOf(pattern, patternUrl.url) };
  }
  const compared = compare(patternUrl.url, imageUrl.url);
  const matched = compared.reason.kind === "matched";
  return {
    matched,
    error: compared.reason.kind === "invalid" ? compared.reason.error : null,
    reason: compared.reason,
    pattern: sideOf(pattern, patternUrl.url),
    image: sideOf(image, imageUrl.url),
    labels: compared.labels,
    notes: matched && endsInsideSegment(patternUrl.url, imageUrl.url) ? [...notes, "path-prefix"] : notes,
  };
}

function tryParse(text: string): { url: GoUrl } | { error: string } {
  try {
    return { url: parseHttpUrl(`https://${text}`) };
  } catch (error) {
    if (error instanceof GoUrlError) return { error: error.message };
    throw error;
  }
}

function unparsed(side: "pattern" | "image", error: string, notes: readonly MatchNote[]): MatchExplanation {
  return {
    matched: false,
    error,
    reason: { kind: "invalid", side, error },
    pattern: undefined,
    image: undefined,
    labels: [],
    notes,
  };
}

function sideOf(text: string, url: GoUrl): MatchSide {
  const { labels, port } = splitHost(url.host);
  return { text, labels: labels.map(textOf), port: textOf(port), path: textOf(url.path) };
}

function compare(pattern: GoUrl, image: GoUrl): { reason: MatchReason; labels: readonly LabelMatch[] } {
  const want = splitHost(pattern.host);
  const have = splitHost(image.host);
  const labels: LabelMatch[] = [];
  if (want.port !== have.port) {
    return { reason: { kind: "port", pattern: textOf(want.port), image: textOf(have.port) }, labels };
  }
  if (want.labels.length !== have.labels.length) {
    return {
      reason: { kind: "label-count", pattern: want.labels.length, image: have.labels.length },
      labels,
    };
  }
  if (!image.path.startsWith(pattern.path)) {
    return { reason: { kind: "path", pattern: textOf(pattern.path), image: textOf(image.path) }, labels };
  }
  for (const [index, label] of want.labels.entries()) {
    const reason = compareLabel(index, label, have.labels[index] ?? ("" as ByteString), labels);
    if (reason !== undefined) return { reason, labels };
  }
  return { reason: { kind: "matched" }, labels };
}

function compareLabel(
  index: number,
  pattern: ByteString,
  image: ByteString,
  labels: LabelMatch[],
): MatchReason | undefined {
  const shown = { pattern: textOf(pattern), image: textOf(image) };
  try {
    const matched = globMatch(pattern, image);
    labels.push({ ...shown, matched });
    return matched ? undefined : { kind: "label", index, ...shown };
  } catch (error) {
    if (!(error instanceof BadPatternError)) throw error;
    labels.push({ ...shown, matched: false });
    return { kind: "invalid", side: "label", error: error.message };
  }
}

function notesOn(pattern: string, url: GoUrl | undefined): MatchNote[] {
  const notes: MatchNote[] = [];
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(pattern)) notes.push("scheme");
  if (url === undefined) return notes;
  if (pattern.includes("?")) notes.push("query");
  if (pattern.includes("#")) notes.push("fragment");
  if (url.user !== undefined) notes.push("userinfo");
  if (/[*?[]/.test(url.path)) notes.push("path-glob");
  return notes;
}

function endsInsideSegment(pattern: GoUrl, image: GoUrl): boolean {
  const next = image.path.charAt(pattern.path.length);
  return pattern.path !== "" && !pattern.path.endsWith("/") && next !== "" && next !== "/";
}
