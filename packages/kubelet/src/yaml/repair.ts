/**
 * What go-yaml takes and the library does not, written so that both do. go-yaml does not mind how far the lines of a
 * quoted text or of a flow collection are indented; YAML 1.2, and with it the library, wants more than the parent has.
 * Spaces there mean nothing, so such lines are moved to the right, and the positions back. And YAML 1.1 knows the
 * escape `\'`, which is written as a number.
 */

/** Each costs one more parse, and a file that needs more than a few was not written by a person. */
const MAX_REPAIRS = 500;

/** Text that was changed where go-yaml takes what the library refuses. */
export class RepairedText {
  readonly text: string;
  readonly #insertions: readonly { readonly at: number; readonly length: number }[];

  constructor(text: string, insertions: readonly { readonly at: number; readonly length: number }[] = []) {
    this.text = text;
    this.#insertions = insertions;
  }

  /** The position in the text as it was. */
  original(at: number): number {
    let moved = at;
    for (const insertion of [...this.#insertions].reverse()) {
      if (moved >= insertion.at) moved = Math.max(insertion.at, moved - insertion.length);
    }
    return moved;
  }

  /**
   * Repairs the place at which the library gave up.
   *
   * @param code of the library's error
   * @param message of it
   * @param at where it found what was begun unfinished
   * @param flowStart where the last flow collection before that place starts
   * @returns undefined when go-yaml would give up too
   */
  repaired(code: string, message: string, at: number, flowStart: number): RepairedText | undefined {
    if (code === "BAD_DQ_ESCAPE" && this.text.startsWith("\\'", at)) return this.#inserted(at + 1, "x2", "7");
    const quoted = code === "MISSING_CHAR" && /^Missing closing ["']quote$/.test(message);
    const flow = code === "BAD_INDENT" && / in block collection must be sufficiently indented /.test(message);
    if (!quoted && !flow) return undefined;
    const line = quoted ? this.#lineBehind(at) : this.#lineInFlow(at, flowStart);
    if (line === undefined || this.#isSettled(line)) return undefined;
    const indentation = /^ */.exec(this.text.slice(line))?.[0].length ?? 0;
    const length = Math.max(this.#deepest(line) - indentation, 1);
    return this.#inserted(line, " ".repeat(length));
  }

  /** @param instead replaces as many characters behind the insertion */
  #inserted(at: number, what: string, instead = ""): RepairedText {
    const text = this.text.slice(0, at) + what + instead + this.text.slice(at + instead.length);
    return new RepairedText(text, [...this.#insertions, { at, length: what.length }]);
  }

  /** The line that a flow collection goes on in; the one in which it begins has its place. */
  #lineInFlow(at: number, flowStart: number): number | undefined {
    const line = this.text.lastIndexOf("\n", at - 1) + 1;
    if (flowStart < line) return line;
    return /^[ \t\r]*\n/.test(this.text.slice(at)) ? this.#lineBehind(at) : undefined;
  }

  /** The line behind a position that is not blank. */
  #lineBehind(at: number): number | undefined {
    for (let end = this.text.indexOf("\n", at); end >= 0; end = this.text.indexOf("\n", end + 1)) {
      const rest = this.text.slice(end + 1);
      if (rest === "") return undefined;
      if (!/^[ \t\r]*\n/.test(rest)) return end + 1;
    }
    return undefined;
  }

  /** A document marker ends everything, wherever it stands; and what did not help once will not help twice. */
  #isSettled(line: number): boolean {
    const moved = this.#insertions.some((insertion) => insertion.at === line);
    return (
      moved || this.#insertions.length >= MAX_REPAIRS || /^(?:---|\.\.\.)(?:\s|$)/.test(this.text.slice(line))
    );
  }

  /** A column that is deeper than whatever can enclose the line: behind all indentation and indicators before it. */
  #deepest(line: number): number {
    const prefixes = this.text.slice(0, line).match(/^[ ?:-]*/gm) ?? [];
    return Math.max(...prefixes.map((prefix) => prefix.length)) + 2;
  }
}
