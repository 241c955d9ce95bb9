export interface WordRules {
  /** `c`: escapes as in C (`\t`, `\x41`, `\s` for a space); `any`: a backslash escapes any character. */
  readonly escapes: "c" | "any";
  /** Whether an open quote ends with the text instead of making it invalid. */
  readonly openQuotes: "allowed" | "invalid";
}

/** The words of a text up to the first invalid one, as systemd reads them. */
export interface Words {
  readonly words: readonly string[];
  /** Offsets of each word in the text, including its quotes. */
  readonly spans: readonly { readonly start: number; readonly end: number }[];
  readonly valid: boolean;
}

/** systemd.service(5), "Command lines", and the right side of `Environment=`. */
export const COMMAND_LINE: WordRules = { escapes: "c", openQuotes: "invalid" };
/** The value of a variable that is a word `$NAME` of a command line. */
export const VARIABLE: WordRules = { escapes: "any", openQuotes: "allowed" };

const WHITESPACE = " \t\n\r";

/**
 * Splits a text into words as systemd does (systemd.syntax(7), "Quoting"): with both kinds of quotes anywhere in a word, and
 * backslashes, also within quotes.
 * @param unknownEscapes how to handle an escape that C does not have: the text is invalid, or the escape is kept
 */
export function splitWords(
  text: string,
  rules: WordRules,
  unknownEscapes: "invalid" | "kept" = "invalid",
): Words {
  const words: string[] = [];
  const spans: { readonly start: number; readonly end: number }[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && WHITESPACE.includes(text[at] ?? "")) at += 1;
    if (at >= text.length) return { words, spans, valid: true };
    const next = readWord(text, at, rules, unknownEscapes);
    if (next === undefined) return { words, spans, valid: false };
    words.push(next.word);
    spans.push({ start: at, end: next.end });
    at = next.end;
  }
}

function readWord(
  text: string,
  start: number,
  rules: WordRules,
  unknownEscapes: "invalid" | "kept",
): { readonly word: string; readonly end: number } | undefined {
  let word = "";
  let quote = "";
  let at = start;
  while (at < text.length) {
    const character = text[at] ?? "";
    if (quote === "" && WHITESPACE.includes(character)) break;
    if (character === "\\") {
      const escaped = readEscape(text, at, rules, unknownEscapes, quote);
      if (escaped === undefined) return undefined;
      word += escaped.text;
      at = escaped.end;
    } else {
      if (quote === "" && (character === "'" || character === '"')) quote = character;
      else if (character === quote) quote = "";
      else word += character;
      at += 1;
    }
  }
  if (quote !== "" && rules.openQuotes === "invalid") return undefined;
  return { word, end: at };
}

function readEscape(
  text: string,
  at: number,
  rules: WordRules,
  unknownEscapes: "invalid" | "kept",
  quote: string,
): { readonly text: string; readonly end: number } | undefined {
  const next = text[at + 1];
  if (next === undefined) {
    if (unknownEscapes === "kept" && (quote === "" || rules.openQuotes === "allowed")) {
      return { text: "\\", end: at + 1 };
    }
    return rules.openQuotes === "allowed" ? { text: "", end: at + 1 } : undefined;
  }
  if (rules.escapes === "any") {
    const character = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
    return { text: character, end: at + 1 + character.length };
  }
  const known = unescapeC(text.slice(at + 1, at + 10));
  if (known !== undefined) return { text: known.text, end: at + 1 + known.length };
  return unknownEscapes === "kept" ? { text: `\\${next}`, end: at + 2 } : undefined;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  s: " ",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/** @param text what follows the backslash */
function unescapeC(text: string): { readonly text: string; readonly length: number } | undefined {
  const simple = SIMPLE[text[0] ?? ""];
  if (simple !== undefined) return { text: simple, length: 1 };
  const numbered =
    /^x([0-9a-fA-F]{2})/.exec(text) ?? /^u([0-9a-fA-F]{4})/.exec(text) ?? /^U([0-9a-fA-F]{8})/.exec(text);
  const octal = /^([0-7]{3})/.exec(text);
  const value =
    numbered !== null ? Number.parseInt(numbered[1] ?? "", 16) : Number.parseInt(octal?.[1] ?? "", 8);
  const length = (numbered ?? octal)?.[0].length;
  if (length === undefined || Number.isNaN(value) || value === 0 || value > 0x10ffff) return undefined;
  if (octal !== null && numbered === null && value > 0xff) return undefined;
  // A byte beyond ASCII is part of a character written byte by byte, which kubelet flags do not need.
  const isByte = octal !== null || text.startsWith("x");
  return { text: isByte && value > 0x7f ? "\uFFFD" : String.fromCodePoint(value), length };
}

/** A word quoted so that {@link splitWords} returns it unchanged with either rules. */
export function quoteWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./^~{}[\]()<>|&*?!#;-]+$/.test(word)) return word;
  return `"${word.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;
}
