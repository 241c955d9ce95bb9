import { base64, binary } from "./encoding.ts";

/**
 * Removes secrets from text that leaves the process, or that came from outside and will be cut or quoted. A secret is
 * found unchanged, percent-encoded, JSON-escaped or as an HTML entity (in any mixture, also encoded twice). It is also found
 * in base64 and base64url at any alignment (as in a `user:password` pair), and in pieces of 15 characters or more.
 *
 * Every value is remembered until the process ends, which is one request. The search forms are computed when the first
 * text is searched: a run without a line on stderr costs nothing.
 */

const REDACTED = "[redacted]";

/** Shorter values are not redacted: replacing every "a" of a message would hide the message. */
const SHORTEST_SECRET = 6;

/** Length of the blocks that are searched for; every piece of twice the length less one contains a whole block. */
const BLOCK = 8;

/** A shorter piece of a longer secret is not redacted: it may be an ordinary word. */
const SHORTEST_PIECE = 12;

/** Characters of a text from which on looking up a block is faster than searching for it. */
const LONG_TEXT = 512;

/** Number of searched layers: the plain text and its encodings. */
const LAYERS = 3;

const pending: string[] = [];
const forms = new Set<string>();

/** From now on {@link redact} replaces this value. Values of less than 6 characters are ignored. */
export function remember(value: string): void {
  if (value.length >= SHORTEST_SECRET) pending.push(value);
}

/** `text` with every remembered value, in every encoding, replaced by `[redacted]`. */
export function redact(text: string): string {
  for (const value of pending.splice(0)) for (const form of formsOf(value)) forms.add(form);
  if (forms.size === 0 || text.length < SHORTEST_SECRET) return text;
  const marks: Range[] = [];
  searchLayer(plainLayer(text), 1, marks);
  return blank(text, marks);
}

/** Searches the text, then the text with one of its encodings decoded. */
function searchLayer(layer: Layer, depth: number, marks: Range[]): void {
  const blocks = layer.text.length > LONG_TEXT ? blocksOf(layer.text) : undefined;
  for (const form of forms) markForm(form, layer, blocks, marks);
  if (depth === LAYERS) return;
  for (const encoding of ENCODINGS) {
    const decoded = decodedLayer(layer, encoding);
    if (decoded !== undefined) searchLayer(decoded, depth + 1, marks);
  }
}

/** Start and end (exclusive) in the original text. */
type Range = readonly [start: number, end: number];

/** A text to search. Its character `i` is at `starts[i]` of the original; `starts` ends with the original's length. */
interface Layer {
  readonly text: string;
  readonly starts: readonly number[] | undefined;
}

/** The value and its base64 forms, one character for each byte of UTF-8. */
function formsOf(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  const found = [binary(bytes)];
  for (const before of [0, 1, 2]) {
    const shifted = new Uint8Array(before + bytes.length);
    shifted.set(bytes, before);
    const encoded = base64(shifted).replace(/=+$/, "");
    // The first and the last characters also depend on the neighboring bytes.
    const own = encoded.slice(
      before === 0 ? 0 : before + 1,
      (before + bytes.length) % 3 === 0 ? undefined : -1,
    );
    found.push(own, own.replaceAll("+", "-").replaceAll("/", "_"));
  }
  if (value.includes(" ")) found.push(binary(new TextEncoder().encode(value.replaceAll(" ", "+"))));
  return found.filter((form) => form.length >= SHORTEST_SECRET);
}

/** Every piece of the text that is as long as a block, at any place. */
function blocksOf(text: string): ReadonlySet<string> {
  const blocks = new Set<string>();
  for (let at = 0; at + BLOCK <= text.length; at++) blocks.add(text.slice(at, at + BLOCK));
  return blocks;
}

/** @param blocks of the text, if it is long: a secret has many blocks, and nearly none of them is in the text */
function markForm(
  form: string,
  { text, starts }: Layer,
  blocks: ReadonlySet<string> | undefined,
  marks: Range[],
): void {
  const short = form.length < 2 * BLOCK;
  for (let at = 0; at < form.length; at += BLOCK) {
    const block = short ? form : form.slice(at, at + BLOCK);
    if (block.length < BLOCK && !short) break;
    if (!short && blocks?.has(block) === false) continue;
    for (let hit = text.indexOf(block); hit >= 0; hit = text.indexOf(block, hit + 1)) {
      let start = hit;
      let end = hit + block.length;
      for (let own = at; own > 0 && start > 0 && form[own - 1] === text[start - 1]; own--) start--;
      for (let own = at + block.length; own < form.length && form[own] === text[end]; own++) end++;
      if (!short && end - start < SHORTEST_PIECE) continue;
      marks.push(starts === undefined ? [start, end] : [starts[start] ?? 0, starts[end] ?? 0]);
    }
    if (short) break;
  }
}

/** The text with one character for each byte; ASCII text is unchanged. */
function plainLayer(text: string): Layer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(text)) return { text, starts: undefined };
  const encoder = new TextEncoder();
  const starts: number[] = [];
  let at = 0;
  for (const character of text) {
    const width = character < "\x80" ? 1 : encoder.encode(character).length;
    for (let count = width; count > 0; count--) starts.push(at);
    at += character.length;
  }
  starts.push(at);
  return { text: binary(encoder.encode(text)), starts };
}

/** Decoded one at a time: a secret may itself contain what looks like another encoding. */
const ENCODINGS: readonly RegExp[] = [
  /%[0-9a-f]{2}/gi,
  /\\u[0-9a-f]{4}|\\["\\/bfnrt]/gi,
  /&(?:amp|quot|apos|lt|gt|#\d{1,3}|#x[0-9a-f]{1,2});/gi,
];

/** The text with one encoding decoded once; undefined if it does not occur. */
function decodedLayer({ text, starts }: Layer, encoding: RegExp): Layer | undefined {
  const original = (index: number) => starts?.[index] ?? index;
  const moved: number[] = [];
  const pieces: string[] = [];
  let at = 0;
  const copyTo = (end: number) => {
    pieces.push(text.slice(at, end));
    for (; at < end; at++) moved.push(original(at));
  };
  for (const match of text.matchAll(encoding)) {
    copyTo(match.index);
    const bytes = decoded(match[0]);
    pieces.push(bytes);
    for (let count = bytes.length; count > 0; count--) moved.push(original(match.index));
    at = match.index + match[0].length;
  }
  if (pieces.length === 0) return undefined;
  copyTo(text.length);
  moved.push(original(text.length));
  return { text: pieces.join(""), starts: moved };
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&quot;": '"',
  "&apos;": "'",
  "&lt;": "<",
  "&gt;": ">",
  "\\b": "\b",
  "\\f": "\f",
  "\\n": "\n",
  "\\r": "\r",
  "\\t": "\t",
};

/** The bytes that an encoded character stands for. */
function decoded(encoded: string): string {
  const escaped = ESCAPES[encoded.toLowerCase()];
  if (escaped !== undefined) return escaped;
  if (encoded.startsWith("%")) return String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  if (encoded.startsWith("&#x")) return utf8(Number.parseInt(encoded.slice(3), 16));
  if (encoded.startsWith("&#")) return utf8(Number.parseInt(encoded.slice(2), 10));
  if (encoded.length === 6) return utf8(Number.parseInt(encoded.slice(2), 16));
  return encoded.slice(1);
}

function utf8(code: number): string {
  return binary(new TextEncoder().encode(String.fromCharCode(code)));
}

/** The text with its marked ranges replaced; ranges that overlap or touch are one. */
function blank(text: string, marks: readonly Range[]): string {
  if (marks.length === 0) return text;
  const pieces: string[] = [];
  let at = 0;
  for (const [start, end] of [...marks].sort((a, b) => a[0] - b[0])) {
    if (end <= at) continue;
    if (start > at || at === 0) pieces.push(text.slice(at, Math.max(start, at)), REDACTED);
    at = end;
  }
  return [...pieces, text.slice(at)].join("");
}
