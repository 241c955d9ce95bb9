/**
 * The tokens of a YAML text (go.yaml.in/yaml/v2 v2.4.4, scannerc.go). Only the `:` after it shows that a node is a mapping's
 * key, so tokens wait in a queue as long as the node that they begin can still be a key.
 */
import { END, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, type Mark, type YamlReader } from "./reader.ts";
import { scanBlockText, scanPlain, scanQuoted } from "./scan-scalar.ts";
import { scanAnchor, scanDirective, scanTag } from "./scan-tag.ts";

/** The type of a token, with libyaml's names. */
export type TokenType =
  | "stream-start"
  | "stream-end"
  | "version-directive"
  | "tag-directive"
  | "document-start"
  | "document-end"
  | "block-sequence-start"
  | "block-mapping-start"
  | "block-end"
  | "flow-sequence-start"
  | "flow-sequence-end"
  | "flow-mapping-start"
  | "flow-mapping-end"
  | "block-entry"
  | "flow-entry"
  | "key"
  | "value"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

/** One token. */
export interface Token {
  readonly type: TokenType;
  readonly start: Mark;
  readonly end: Mark;
  /** The text of a scalar, the name of an anchor or alias, the handle of a tag or directive, a version. */
  readonly value: string;
  /** The suffix after the handle of a tag, or the prefix of a directive's handle. */
  readonly rest: string;
  /** A scalar without quotes or block indicator. */
  readonly plain: boolean;
}

/** A position at which a key without `?` may have begun. */
interface SimpleKey {
  /** Number of the token in the text, from 0. */
  readonly token: number;
  readonly mark: Mark;
  /** In block context at the block's own column: only a key is allowed there. */
  readonly required: boolean;
  possible: boolean;
}

/** Maximum number of characters of a key without `?`, which must be in one line with the `:` after it. */
const MAX_SIMPLE_KEY = 1024;
const MAX_DEPTH = 10_000;

const NO_PLAIN_START = "-?:,[]{}#&*!|>'\"%@`";
const FLOW: Readonly<Record<string, TokenType>> = {
  "[": "flow-sequence-start",
  "]": "flow-sequence-end",
  "{": "flow-mapping-start",
  "}": "flow-mapping-end",
};

/** Turns text into tokens, one at a time. Every method throws {@link YamlSyntaxError} if go-yaml's scanner fails. */
export class YamlScanner {
  readonly #reader: YamlReader;
  readonly #queue: Token[] = [];
  /** Tokens that left the queue. */
  #taken = 0;
  #started = false;
  /** Whether the first token of the queue is final. */
  #ready = false;
  /** The column of the innermost block, and those of the blocks around it. */
  #indent = -1;
  readonly #indents: number[] = [];
  #keyAllowed = true;
  /** One per level of flow collections, the block context included. */
  readonly #keys: SimpleKey[] = [];
  readonly #keysByToken = new Map<number, SimpleKey>();

  constructor(reader: YamlReader) {
    this.#reader = reader;
    this.#keys.push(this.#keyHere(false));
  }

  /** The next token, which stays in the queue. */
  peek(): Token {
    while (!this.#ready) {
      const key = this.#keysByToken.get(this.#taken);
      const mayBeKey = this.#queue.length > 0 && key !== undefined && this.#isPossible(key);
      if (this.#queue.length > 0 && !mayBeKey) this.#ready = true;
      else this.#fetch();
    }
    // The queue is not empty once its first token is final.
    return this.#queue[0] as Token;
  }

  /** Takes the next token out of the queue. */
  next(): Token {
    const token = this.peek();
    this.#queue.shift();
    this.#keysByToken.delete(this.#taken);
    this.#taken++;
    this.#ready = false;
    return token;
  }

  get #inFlow(): boolean {
    return this.#keys.length > 1;
  }

  #fetch(): void {
    const reader = this.#reader;
    reader.ensure(1);
    if (!this.#started) {
      this.#started = true;
      this.#add("stream-start", reader.mark());
      return;
    }
    this.#skipToToken();
    this.#closeBlocks(reader.column);
    reader.ensure(4);
    const char = reader.peek();
    const endsWord = isBlankOrEnd(reader.peek(1));
    if (char === END) this.#fetchStreamEnd();
    else if (char === "%" && reader.column === 0) this.#fetchDirective();
    else if (reader.atIndicator("---")) this.#fetchDocumentIndicator("document-start");
    else if (reader.atIndicator("...")) this.#fetchDocumentIndicator("document-end");
    else if (char === "[" || char === "{") this.#fetchFlowStart(char);
    else if (char === "]" || char === "}") this.#fetchFlowEnd(char);
    else if (char === ",") this.#fetchFlowEntry();
    else if (char === "-" && endsWord) this.#fetchBlockEntry();
    else if (char === "?" && (this.#inFlow || endsWord)) this.#fetchKey();
    else if (char === ":" && (this.#inFlow || endsWord)) this.#fetchValue();
    else if (char === "*" || char === "&") this.#fetchAnchor(char === "*" ? "alias" : "anchor");
    else if (char === "!") this.#fetchTag();
    else if ((char === "|" || char === ">") && !this.#inFlow) this.#fetchBlockText();
    else if (char === "'" || char === '"') this.#fetchQuoted(char);
    else if (this.#startsPlain(char)) this.#fetchPlain();
    else throw reader.fault("found character that cannot start any token");
  }

  #startsPlain(char: string): boolean {
    if (!isBlankOrEnd(char) && !NO_PLAIN_START.includes(char)) return true;
    const next = this.#reader.peek(1);
    if (char === "-") return !isBlank(next);
    return !this.#inFlow && (char === "?" || char === ":") && !isBlankOrEnd(next);
  }

  /** Skips white space, line breaks and comments. A tab is white space where no key may begin. */
  #skipToToken(): void {
    const reader = this.#reader;
    for (;;) {
      reader.ensure(1);
      if (reader.column === 0 && reader.bufferStartsWithMark()) reader.take();
      const tabs = this.#inFlow || !this.#keyAllowed;
      reader.takeWhile((char) => char === " " || (tabs && char === "\t"));
      if (reader.peek() === "#") reader.takeWhile((char) => !isBreakOrEnd(char));
      if (!isBreak(reader.peek())) return;
      reader.ensure(2);
      reader.takeBreak();
      if (!this.#inFlow) this.#keyAllowed = true;
    }
  }

  #fetchStreamEnd(): void {
    if (this.#reader.column !== 0) this.#reader.endLine();
    this.#endBlocks();
    this.#add("stream-end", this.#reader.mark());
  }

  #fetchDirective(): void {
    this.#endBlocks();
    const start = this.#reader.mark();
    const directive = scanDirective(this.#reader);
    if (directive.type === "version-directive")
      this.#add(directive.type, start, { value: directive.version });
    else this.#add(directive.type, start, { value: directive.handle, rest: directive.rest });
  }

  #fetchDocumentIndicator(type: TokenType): void {
    this.#endBlocks();
    this.#addIndicator(type, 3);
  }

  #fetchFlowStart(char: string): void {
    this.#saveKey();
    this.#keys.push(this.#keyHere(false));
    if (this.#keys.length > MAX_DEPTH + 1) {
      throw this.#reader.fault(`exceeded max depth of ${MAX_DEPTH}`);
    }
    this.#keyAllowed = true;
    this.#addIndicator(FLOW[char] ?? "scalar");
  }

  #fetchFlowEnd(char: string): void {
    this.#dropKey();
    // After a collection in which no key began, this forgets that the collection itself can be a key, as go-yaml does.
    if (this.#inFlow) this.#keysByToken.delete(this.#keys.pop()?.token ?? -1);
    this.#keyAllowed = false;
    this.#addIndicator(FLOW[char] ?? "scalar");
  }

  #fetchFlowEntry(): void {
    this.#dropKey();
    this.#keyAllowed = true;
    this.#addIndicator("flow-entry");
  }

  #fetchBlockEntry(): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) {
        throw this.#reader.fault("block sequence entries are not allowed in this context");
      }
      this.#openBlock("block-sequence-start", this.#reader.mark());
    }
    this.#dropKey();
    this.#keyAllowed = true;
    this.#addIndicator("block-entry");
  }

  #fetchKey(): void {
    if (!this.#inFlow) {
      if (!this.#keyAllowed) throw this.#reader.fault("mapping keys are not allowed in this context");
      this.#openBlock("block-mapping-start", this.#reader.mark());
    }
    this.#dropKey();
    this.#keyAllowed = !this.#inFlow;
    this.#addIndicator("key");
  }

  #fetchValue(): void {
    const key = this.#keys.at(-1);
    if (key !== undefined && this.#isPossible(key)) {
      const place = key.token - this.#taken;
      this.#insert(place, this.#token("key", key.mark, key.mark));
      this.#openBlock("block-mapping-start", key.mark, place);
      this.#forget(key);
      this.#keyAllowed = false;
    } else {
      if (!this.#inFlow) {
        if (!this.#keyAllowed) throw this.#reader.fault("mapping values are not allowed in this context");
        this.#openBlock("block-mapping-start", this.#reader.mark());
      }
      this.#keyAllowed = !this.#inFlow;
    }
    this.#addIndicator("value");
  }

  #fetchAnchor(type: "alias" | "anchor"): void {
    const start = this.#startNode();
    this.#add(type, start, { value: scanAnchor(this.#reader) });
  }

  #fetchTag(): void {
    const start = this.#startNode();
    const { handle, rest } = scanTag(this.#reader);
    this.#add("tag", start, { value: handle, rest });
  }

  #fetchBlockText(): void {
    this.#dropKey();
    this.#keyAllowed = true;
    const start = this.#reader.mark();
    this.#add("scalar", start, { value: scanBlockText(this.#reader, this.#indent) });
  }

  #fetchQuoted(quote: "'" | '"'): void {
    const start = this.#startNode();
    this.#add("scalar", start, { value: scanQuoted(this.#reader, quote) });
  }

  #fetchPlain(): void {
    const start = this.#startNode();
    const { value, brokeLine } = scanPlain(this.#reader, this.#indent + 1, this.#inFlow);
    if (brokeLine) this.#keyAllowed = true;
    this.#add("scalar", start, { value, plain: true });
  }

  /** The node that starts here can be a key; nodes after it on the same line cannot. */
  #startNode(): Mark {
    this.#saveKey();
    this.#keyAllowed = false;
    return this.#reader.mark();
  }

  /** @throws {YamlSyntaxError} if the key is too far away, and only a key is allowed there */
  #isPossible(key: SimpleKey): boolean {
    if (!key.possible) return false;
    const { line, index } = this.#reader;
    if (key.mark.line >= line && key.mark.index + MAX_SIMPLE_KEY >= index) return true;
    if (key.required) throw this.#reader.fault("could not find expected ':'");
    key.possible = false;
    return false;
  }

  #keyHere(possible: boolean): SimpleKey {
    const required = !this.#inFlow && this.#indent === this.#reader.column;
    return { token: this.#taken + this.#queue.length, mark: this.#reader.mark(), required, possible };
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    const key = this.#keyHere(true);
    this.#dropKey();
    this.#keys[this.#keys.length - 1] = key;
    this.#keysByToken.set(key.token, key);
  }

  /** Marks the possible key at this level as not a key. */
  #dropKey(): void {
    const key = this.#keys.at(-1);
    if (key?.possible !== true) return;
    if (key.required) throw this.#reader.fault("could not find expected ':'");
    this.#forget(key);
  }

  #forget(key: SimpleKey): void {
    key.possible = false;
    this.#keysByToken.delete(key.token);
  }

  #openBlock(type: TokenType, mark: Mark, place = this.#queue.length): void {
    if (this.#inFlow || this.#indent >= mark.column) return;
    this.#indents.push(this.#indent);
    this.#indent = mark.column;
    if (this.#indents.length > MAX_DEPTH) throw this.#reader.fault(`exceeded max depth of ${MAX_DEPTH}`);
    this.#insert(place, this.#token(type, mark, mark));
  }

  #closeBlocks(column: number): void {
    if (this.#inFlow) return;
    while (this.#indent > column) {
      this.#add("block-end", this.#reader.mark());
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  /** Closes all blocks: none of them continues after the next token. */
  #endBlocks(): void {
    this.#closeBlocks(-1);
    this.#dropKey();
    this.#keyAllowed = false;
  }

  /** A position that has left the queue counts as its end. */
  #insert(place: number, token: Token): void {
    this.#queue.splice(place < 0 ? this.#queue.length : place, 0, token);
  }

  #addIndicator(type: TokenType, length = 1): void {
    const start = this.#reader.mark();
    for (let char = 0; char < length; char++) this.#reader.take();
    this.#add(type, start);
  }

  #add(type: TokenType, start: Mark, fields: Partial<Pick<Token, "value" | "rest" | "plain">> = {}): void {
    this.#queue.push(this.#token(type, start, this.#reader.mark(), fields));
  }

  #token(
    type: TokenType,
    start: Mark,
    end: Mark,
    fields: Partial<Pick<Token, "value" | "rest" | "plain">> = {},
  ): Token {
    return { type, start, end, value: "", rest: "", plain: false, ...fields };
  }
}
