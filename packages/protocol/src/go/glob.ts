/**
 * path/filepath.Match as it is on Linux (src/path/filepath/match.go, Go 1.26): `*`, `?`, `[a-z]`, `[^a]` and
 * backslash escapes; `*` and `?` do not cross a `/`.
 */
import { type ByteString, decodeRune, RUNE_ERROR } from "./bytes.ts";

/** The pattern is malformed; Go's ErrBadPattern. */
export class BadPatternError extends Error {
  override name = "BadPatternError";
  constructor() {
    super("syntax error in pattern");
  }
}

/**
 * Reports whether the whole name matches the pattern.
 *
 * @throws {BadPatternError} when the part of the pattern that was read is malformed: as in Go, an earlier mismatch hides
 *   a later fault
 */
export function globMatch(pattern: ByteString, name: ByteString): boolean {
  let rest: string = name;
  for (let next = pattern as string; next.length > 0; ) {
    const { star, chunk, remainder } = scanChunk(next);
    next = remainder;
    if (star && chunk === "") return !rest.includes("/");
    const last = next.length === 0;
    const here = matchChunk(chunk, rest);
    if (here !== undefined && (here.length === 0 || !last)) {
      rest = here;
      continue;
    }
    const later = star ? matchLater(chunk, rest, last) : undefined;
    if (later === undefined) return false;
    rest = later;
  }
  return rest.length === 0;
}

/** Extends the star one byte at a time until the chunk matches. */
function matchLater(chunk: string, name: string, last: boolean): string | undefined {
  for (let at = 0; at < name.length && name.charAt(at) !== "/"; at++) {
    const rest = matchChunk(chunk, name.slice(at + 1));
    if (rest !== undefined && !(last && rest.length > 0)) return rest;
  }
  return undefined;
}

/** The next part without a star, and whether a star precedes it. */
function scanChunk(pattern: string): { star: boolean; chunk: string; remainder: string } {
  const body = pattern.replace(/^\*+/, "");
  const star = body.length < pattern.length;
  let inClass = false;
  for (let at = 0; at < body.length; at++) {
    const char = body.charAt(at);
    if (char === "\\") at++;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "*" && !inClass) return { star, chunk: body.slice(0, at), remainder: body.slice(at) };
  }
  return { star, chunk: body, remainder: "" };
}

/** Matches the beginning of the name and returns the rest. After a mismatch the chunk's syntax is still checked. */
function matchChunk(chunk: string, name: string): string | undefined {
  let failed = false;
  let rest = name;
  for (let at = 0; at < chunk.length; ) {
    failed ||= rest.length === 0;
    const char = chunk.charAt(at);
    if (char === "[") {
      const subject = failed ? undefined : decodeRune(rest as ByteString, 0);
      const found = matchClass(chunk, at + 1, subject?.rune ?? 0);
      at = found.end;
      if (subject !== undefined) rest = rest.slice(subject.width);
      failed ||= !found.matched;
    } else if (char === "?") {
      if (!failed) {
        failed = rest.startsWith("/");
        rest = rest.slice(decodeRune(rest as ByteString, 0).width);
      }
      at++;
    } else {
      if (char === "\\" && ++at >= chunk.length) throw new BadPatternError();
      if (!failed) {
        failed = chunk.charAt(at) !== rest.charAt(0);
        rest = rest.slice(1);
      }
      at++;
    }
  }
  return failed ? undefined : rest;
}

function matchClass(chunk: string, from: number, subject: number): { matched: boolean; end: number } {
  const negated = chunk.charAt(from) === "^";
  let at = negated ? from + 1 : from;
  let matched = false;
  for (let ranges = 0; ranges === 0 || chunk.charAt(at) !== "]"; ranges++) {
    const low = classChar(chunk, at);
    at = low.end;
    let high = low.rune;
    if (chunk.charAt(at) === "-") {
      const upper = classChar(chunk, at + 1);
      high = upper.rune;
      at = upper.end;
    }
    matched ||= low.rune <= subject && subject <= high;
  }
  return { matched: matched !== negated, end: at + 1 };
}

/** One character of a class, possibly escaped; the pattern must not end after it. */
function classChar(chunk: string, from: number): { rune: number; end: number } {
  const escaped = chunk.charAt(from) === "\\";
  const at = escaped ? from + 1 : from;
  if (at >= chunk.length || (!escaped && /[-\]]/.test(chunk.charAt(at)))) throw new BadPatternError();
  const { rune, width } = decodeRune(chunk as ByteString, at);
  if ((rune === RUNE_ERROR && width === 1) || at + width >= chunk.length) throw new BadPatternError();
  return { rune, end: at + width };
}
