/**
 * Tabs where go-yaml (scannerc.go) takes only spaces and the library takes both: wherever a key could begin, which is
 * at the start of a line and behind the dash of an entry, and in the indentation of a plain text's further lines.
 */
import { Lexer } from "yaml";

/** What the library's lexer puts in front of a text; it has no width in the source. */
const SCALAR = "\x1f";
const CONTROLS = ["\x02", "\x18", SCALAR];
/** Spaces, and dashes or question marks with a space: what stands in front of a line's first key or value. */
const LINE_START = /^[ ]*(?:[-?][ ]+)*/;

/** The offset of the first such tab. */
export function faultOfTabs(text: string): number | undefined {
  return text.includes("\t") ? new TabFinder(text).find() : undefined;
}

class TabFinder {
  readonly #text: string;
  #at = 0;
  #flow = 0;
  /** `|` or `>` came, and its text is next. */
  #header = false;
  /** Where a key could begin, a tab cannot stand. */
  #keyAllowed = true;
  /** The indentation that a plain text was written in, while nothing but blank lines has followed it. */
  #plainIndent: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  find(): number | undefined {
    let previous = "";
    for (const lexeme of new Lexer().lex(this.#text)) {
      const fault = this.#look(lexeme, previous);
      if (fault !== undefined) return fault;
      if (!CONTROLS.includes(lexeme)) this.#at += lexeme.length;
      if (!/^[ \t]+$/.test(lexeme)) previous = lexeme;
    }
    return undefined;
  }

  #look(lexeme: string, previous: string): number | undefined {
    if (/^[ \t]+$/.test(lexeme)) return this.#lookAtBlanks(lexeme);
    if (/^\r?\n$/.test(lexeme)) {
      this.#keyAllowed = this.#flow === 0;
      return undefined;
    }
    if (CONTROLS.includes(lexeme)) return undefined;
    const isText = previous === SCALAR;
    const isBlock = isText && this.#header;
    this.#header = !isText && (/^[|>]/.test(lexeme) || (this.#header && lexeme.startsWith("#")));
    const isPlain = isText && !isBlock;
    this.#keyAllowed = isBlock || (this.#flow === 0 && (lexeme === "-" || lexeme === "?"));
    this.#plainIndent = isPlain && this.#flow === 0 ? this.#indentation() : undefined;
    if (!isText && /^[[{]$/.test(lexeme)) this.#flow++;
    if (!isText && /^[\]}]$/.test(lexeme)) this.#flow = Math.max(0, this.#flow - 1);
    if (isBlock) return this.#lookAtBlock(lexeme);
    return isPlain && this.#flow === 0 ? this.#lookAtLines(lexeme) : undefined;
  }

  #lookAtBlanks(blanks: string): number | undefined {
    const tab = blanks.indexOf("\t");
    if (tab < 0 || !this.#keyAllowed) return undefined;
    // A plain text goes on over blank lines, and only minds tabs in its indentation.
    const column = this.#at + tab - this.#lineStart();
    return this.#plainIndent !== undefined && column > this.#plainIndent ? undefined : this.#at + tab;
  }

  #lookAtLines(plain: string): number | undefined {
    const indentation = this.#indentation();
    for (const line of plain.matchAll(/\n( *)\t/g)) {
      if ((line[1] ?? "").length <= indentation) return this.#at + line.index + line[0].length - 1;
    }
    return undefined;
  }

  /** A block text is as deep as its first line that is not blank; up to there, and less deep than that, no tabs. */
  #lookAtBlock(block: string): number | undefined {
    let depth: number | undefined;
    for (const { 0: line, 1: spaces = "", index } of block.matchAll(/^( *)([^\n]*)$/gm)) {
      const isTab = line.charAt(spaces.length) === "\t";
      if (isTab && (depth === undefined || spaces.length < depth)) return this.#at + index + spaces.length;
      if (line.trim() !== "") depth ??= spaces.length;
    }
    return undefined;
  }

  /** The column of the collection that the text at hand belongs to. */
  #indentation(): number {
    const before = this.#text.slice(this.#lineStart(), this.#at);
    const start = LINE_START.exec(before)?.[0] ?? "";
    if (start.length < before.length) return start.length;
    const dash = start.search(/[-?] +$/);
    return dash >= 0 ? dash : this.#enclosing(start.length);
  }

  /** For a value on a line of its own: the last line that is less deep holds its key. */
  #enclosing(depth: number): number {
    const lines = this.#text.slice(0, this.#lineStart()).split("\n").reverse();
    const parent = lines.find((line) => line.trim() !== "" && line.length - line.trimStart().length < depth);
    return parent === undefined ? -1 : (LINE_START.exec(parent)?.[0].length ?? 0);
  }

  #lineStart(): number {
    return this.#at === 0 ? 0 : this.#text.lastIndexOf("\n", this.#at - 1) + 1;
  }
}
