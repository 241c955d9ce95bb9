/** A YAML text, character by character (go.yaml.in/yaml/v2 v2.4.4, readerc.go and yamlprivateh.go). */
import { YamlSyntaxError } from "./syntax-tree.ts";
import type { YamlText } from "./text.ts";

/** A position in the text. Everything counts from 0. */
export interface Mark {
  /** In UTF-16 units. */
  readonly at: number;
  /** In characters. */
  readonly index: number;
  /** In lines as YAML 1.1 breaks them: at LF, CR, CRLF, NEL, LS and PS. */
  readonly line: number;
  /** In characters. */
  readonly column: number;
}

/** The value of {@link YamlReader.peek} after the last character; the text itself cannot contain it. */
export const END = "\0";

const BYTE_ORDER_MARK = "\ufeff";

/** Reads characters one after another. */
export class YamlReader implements Mark {
  readonly #decoded: YamlText;
  #nextChunk = 0;
  /** Characters that go-yaml has decoded and not consumed. */
  #unread = 0;
  /** Where go-yaml's buffer began when it was last filled. */
  #bufferStart = 0;
  at = 0;
  index = 0;
  line = 0;
  column = 0;

  constructor(decoded: YamlText) {
    this.#decoded = decoded;
  }

  /** A copy of the current position. */
  mark(): Mark {
    return { at: this.at, index: this.index, line: this.line, column: this.column };
  }

  /**
   * Decodes until this many characters are available, or the file ends.
   *
   * @throws {YamlSyntaxError} when the bytes there are not text
   */
  ensure(count: number): void {
    if (this.#unread >= count) return;
    this.#bufferStart = this.at;
    while (this.#unread < count) {
      const chunk = this.#decoded.chunks[this.#nextChunk++];
      if (chunk === undefined) {
        if (this.#decoded.fault !== undefined) throw this.#decoded.fault;
        this.#unread++;
        return;
      }
      this.#unread += chunk;
    }
  }

  /** The UTF-16 unit `offset` units ahead, or {@link END}. */
  peek(offset = 0): string {
    return this.#decoded.text.charAt(this.at + offset) || END;
  }

  /** Whether `---` or `...` is here, at the start of a line and as a separate word. */
  atIndicator(indicator: "---" | "..."): boolean {
    return (
      this.column === 0 &&
      this.#decoded.text.startsWith(indicator, this.at) &&
      isBlankOrEnd(this.peek(indicator.length))
    );
  }

  /**
   * Whether the buffer begins with a byte order mark. go-yaml intends to check the next character, but checks the start of
   * its buffer (is_bom); so does this function.
   */
  bufferStartsWithMark(): boolean {
    return this.#decoded.text.charAt(this.#bufferStart) === BYTE_ORDER_MARK;
  }

  /** Consumes one character of the current line. */
  take(): string {
    const { text } = this.#decoded;
    const end = this.at + ((text.codePointAt(this.at) ?? 0) > 0xffff ? 2 : 1);
    const char = text.slice(this.at, end);
    this.at = end;
    this.index++;
    this.column++;
    this.#unread--;
    return char;
  }

  /** Consumes characters of the current line as long as the next one is such a character. */
  takeWhile(is: (char: string) => boolean): string {
    const start = this.at;
    this.ensure(1);
    while (is(this.peek())) {
      this.take();
      this.ensure(1);
    }
    return this.#decoded.text.slice(start, this.at);
  }

  /** Consumes a line break, if there is one; each counts as a line feed, except for LS and PS. */
  takeBreak(): string {
    const char = this.peek();
    if (!isBreak(char)) return "";
    const length = char === "\r" && this.peek(1) === "\n" ? 2 : 1;
    this.at += length;
    this.index += length;
    this.#unread -= length;
    this.endLine();
    return char === "\u2028" || char === "\u2029" ? char : "\n";
  }

  /** Goes to the next line without consuming anything. */
  endLine(): void {
    this.column = 0;
    this.line++;
  }

  /** The error of go-yaml's scanner at the current position. */
  fault(problem: string): YamlSyntaxError {
    return new YamlSyntaxError(this.line === 0 ? problem : `line ${this.line + 1}: ${problem}`, this.at);
  }
}

/** A space or a tab. */
export function isBlank(char: string): boolean {
  return char === " " || char === "\t";
}

/** A line break of YAML 1.1. */
export function isBreak(char: string): boolean {
  return char === "\n" || char === "\r" || char === "\u0085" || char === "\u2028" || char === "\u2029";
}

/** A line break, or {@link END}. */
export function isBreakOrEnd(char: string): boolean {
  return char === END || isBreak(char);
}

/** A space, a tab, a line break, or {@link END}. */
export function isBlankOrEnd(char: string): boolean {
  return isBlank(char) || isBreakOrEnd(char);
}
