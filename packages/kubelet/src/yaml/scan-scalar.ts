/** The text of scalars: plain, quoted and block (go.yaml.in/yaml/v2 v2.4.4, scannerc.go). */
import { END, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, type YamlReader } from "./reader.ts";

/** White space between two pieces of a plain or quoted text, which is kept within a line and folded across lines. */
class Gap {
  readonly #reader: YamlReader;
  #blanks = "";
  #firstBreak = "";
  #moreBreaks = "";
  /** Whether there was a line break. */
  broken = false;

  constructor(reader: YamlReader) {
    this.#reader = reader;
  }

  takeBlank(): void {
    const blank = this.#reader.take();
    if (!this.broken) this.#blanks += blank;
  }

  takeBreak(): void {
    this.#reader.ensure(2);
    const lineBreak = this.#reader.takeBreak();
    if (this.broken) this.#moreBreaks += lineBreak;
    else this.#firstBreak = lineBreak;
    this.broken = true;
  }

  /** The text for the gap, after which a new one begins. */
  fold(): string {
    const spaceOrBreaks = this.#moreBreaks === "" ? " " : this.#moreBreaks;
    const folded = this.#firstBreak === "\n" ? spaceOrBreaks : this.#firstBreak + this.#moreBreaks;
    const text = this.broken ? folded : this.#blanks;
    this.#blanks = this.#firstBreak = this.#moreBreaks = "";
    this.broken = false;
    return text;
  }
}

/** A plain text, and whether the scanner is at the start of a line after it. */
export interface PlainText {
  readonly value: string;
  readonly brokeLine: boolean;
}

/**
 * Reads a plain text.
 *
 * @param indent the column at which the text's further lines must start, in block context
 * @throws {YamlSyntaxError}
 */
export function scanPlain(reader: YamlReader, indent: number, inFlow: boolean): PlainText {
  const gap = new Gap(reader);
  let value = "";
  for (;;) {
    reader.ensure(4);
    if (reader.atIndicator("---") || reader.atIndicator("...")) break;
    if (reader.peek() === "#") break;
    while (!isBlankOrEnd(reader.peek())) {
      const char = reader.peek();
      if ((char === ":" && isBlankOrEnd(reader.peek(1))) || (inFlow && ",?[]{}".includes(char))) break;
      value += gap.fold() + reader.take();
      reader.ensure(2);
    }
    if (!isBlank(reader.peek()) && !isBreak(reader.peek())) break;
    reader.ensure(1);
    for (;;) {
      if (isBlank(reader.peek())) {
        if (gap.broken && reader.column < indent && reader.peek() === "\t") {
          throw reader.fault("found a tab character that violates indentation");
        }
        gap.takeBlank();
      } else if (isBreak(reader.peek())) gap.takeBreak();
      else break;
      reader.ensure(1);
    }
    if (!inFlow && reader.column < indent) break;
  }
  return { value, brokeLine: gap.broken };
}

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  " ": " ",
  '"': '"',
  "'": "'",
  "\\": "\\",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};
const CODE_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * Reads a quoted text, from its opening quote on.
 *
 * @throws {YamlSyntaxError}
 */
export function scanQuoted(reader: YamlReader, quote: "'" | '"'): string {
  let value = "";
  reader.take();
  for (;;) {
    reader.ensure(4);
    if (reader.atIndicator("---") || reader.atIndicator("...")) {
      throw reader.fault("found unexpected document indicator");
    }
    if (reader.peek() === END) throw reader.fault("found unexpected end of stream");
    const gap = new Gap(reader);
    while (!isBlankOrEnd(reader.peek())) {
      const char = reader.peek();
      if (char === quote && !(quote === "'" && reader.peek(1) === "'")) break;
      if (quote === '"' && char === "\\" && isBreak(reader.peek(1))) {
        reader.ensure(3);
        reader.take();
        reader.takeBreak();
        gap.broken = true;
        break;
      }
      if (quote === '"' && char === "\\") value += scanEscape(reader);
      else {
        value += reader.take();
        if (char === "'" && quote === "'") reader.take();
      }
      reader.ensure(2);
    }
    reader.ensure(1);
    if (reader.peek() === quote) break;
    for (;;) {
      if (isBlank(reader.peek())) gap.takeBlank();
      else if (isBreak(reader.peek())) gap.takeBreak();
      else break;
      reader.ensure(1);
    }
    value += gap.fold();
  }
  reader.take();
  return value;
}

function scanEscape(reader: YamlReader): string {
  const letter = reader.peek(1);
  const length = CODE_LENGTHS[letter] ?? 0;
  const simple = ESCAPES[letter];
  if (simple === undefined && length === 0) throw reader.fault("found unknown escape character");
  reader.take();
  reader.take();
  if (simple !== undefined) return simple;
  reader.ensure(length);
  let code = "";
  while (code.length < length) code += reader.peek(code.length);
  if (!/^[0-9A-Fa-f]+$/.test(code)) throw reader.fault("did not find expected hexdecimal number");
  const rune = Number.parseInt(code, 16);
  if ((rune >= 0xd800 && rune <= 0xdfff) || rune > 0x10ffff) {
    throw reader.fault("found invalid Unicode character escape code");
  }
  for (let digit = 0; digit < length; digit++) reader.take();
  return String.fromCodePoint(rune);
}

/**
 * Reads a literal (`|`) or folded (`>`) text, from its indicator on.
 *
 * @param parentIndent the column of the block around it, or -1
 * @throws {YamlSyntaxError}
 */
export function scanBlockText(reader: YamlReader, parentIndent: number): string {
  const literal = reader.take() === "|";
  const { keep, increment } = scanBlockHeader(reader);
  let indent = increment === 0 ? 0 : Math.max(parentIndent, 0) + increment;
  let value = "";
  let leadingBreak = "";
  const nextLine = () => {
    const found = scanIndentation(reader, indent, parentIndent);
    indent = found.indent;
    return found.breaks;
  };
  let trailing = nextLine();
  reader.ensure(1);
  for (let afterBlank = false; reader.column === indent && reader.peek() !== END; ) {
    const blank = isBlank(reader.peek());
    const folds = !literal && !afterBlank && !blank && leadingBreak === "\n";
    if (!folds) value += leadingBreak;
    else if (trailing === "") value += " ";
    value += trailing;
    afterBlank = blank;
    value += reader.takeWhile((char) => !isBreakOrEnd(char));
    reader.ensure(2);
    leadingBreak = reader.takeBreak();
    trailing = nextLine();
  }
  if (keep !== "-") value += leadingBreak;
  return keep === "+" ? value + trailing : value;
}

/** The indicators after `|` or `>`, each at most once and in either order, to the end of their line. */
function scanBlockHeader(reader: YamlReader): { readonly keep: string; readonly increment: number } {
  const digit = () => {
    if (!/^[0-9]$/.test(reader.peek())) return 0;
    if (reader.peek() === "0") throw reader.fault("found an indentation indicator equal to 0");
    return Number(reader.take());
  };
  const chomping = () => (reader.peek() === "+" || reader.peek() === "-" ? reader.take() : "");
  reader.ensure(1);
  let keep = chomping();
  if (keep !== "") reader.ensure(1);
  const increment = digit();
  if (keep === "" && increment > 0) {
    reader.ensure(1);
    keep = chomping();
  }
  skipRestOfLine(reader);
  return { keep, increment };
}

/**
 * Skips blanks, a comment and the line break.
 *
 * @throws {YamlSyntaxError} if the line contains anything else
 */
export function skipRestOfLine(reader: YamlReader): void {
  reader.takeWhile(isBlank);
  if (reader.peek() === "#") reader.takeWhile((char) => !isBreakOrEnd(char));
  if (!isBreakOrEnd(reader.peek())) throw reader.fault("did not find expected comment or line break");
  if (!isBreak(reader.peek())) return;
  reader.ensure(2);
  reader.takeBreak();
}

/** Skips empty lines and indentation; with an `indent` of 0, detects it from the deepest of those lines. */
function scanIndentation(reader: YamlReader, indent: number, parentIndent: number) {
  let breaks = "";
  let deepest = 0;
  for (;;) {
    const inIndentation = () => indent === 0 || reader.column < indent;
    reader.takeWhile((char) => char === " " && inIndentation());
    deepest = Math.max(deepest, reader.column);
    if (inIndentation() && reader.peek() === "\t") {
      throw reader.fault("found a tab character where an indentation space is expected");
    }
    if (!isBreak(reader.peek())) break;
    reader.ensure(2);
    breaks += reader.takeBreak();
  }
  return { breaks, indent: indent === 0 ? Math.max(deepest, parentIndent + 1, 1) : indent };
}
