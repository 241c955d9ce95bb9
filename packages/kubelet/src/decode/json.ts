/**
 * encoding/json's scanner (Go 1.26, src/encoding/json/scanner.go; sigs.k8s.io/json has the same one), with its error
 * texts. JSON.parse cannot be used: the kubelet shows these texts and reads repeated keys, and positions are needed.
 */

import { type ByteString, quoteJsonByte, textOf } from "@imagecred/protocol/go";
import type { DataNode, ObjectEntry } from "./tree.ts";

/** The text is not JSON. `message` is Go's, `offset` counts bytes. */
export class JsonSyntaxError extends Error {
  override name = "JsonSyntaxError";
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const MAX_DEPTH = 10_000;
const LITERALS: Readonly<Record<string, string>> = { t: "true", f: "false", n: "null" };

/** A container that is being read. Entries of an object wait for their value with a key. */
interface Frame {
  readonly at: number;
  readonly items: DataNode[] | undefined;
  readonly entries: ObjectEntry[];
  key: string;
  keyAt: number;
}

/**
 * Reads one JSON value; `at` of the nodes are byte offsets.
 *
 * @throws {JsonSyntaxError}
 */
export function parseGoJson(text: ByteString): DataNode {
  return new JsonReader(text).document();
}

class JsonReader {
  readonly #text: ByteString;
  #at = 0;
  readonly #stack: Frame[] = [];

  constructor(text: ByteString) {
    this.#text = text;
  }

  document(): DataNode {
    let value = this.#begin("looking for beginning of value");
    for (;;) {
      const frame = this.#stack.at(-1);
      if (frame === undefined) break;
      if (value !== undefined) this.#store(frame, value);
      value = this.#next(frame, value === undefined);
    }
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected("after top-level value");
    // The loop ends with a value: only containers are returned as undefined, and they were on the stack.
    return value as DataNode;
  }

  /** Starts a value: returns a complete scalar; pushes a container and returns undefined. */
  #begin(context: string): DataNode | undefined {
    this.#skipSpace();
    const at = this.#at;
    const char = this.#peek();
    if (char === "{" || char === "[") {
      if (this.#stack.length >= MAX_DEPTH) throw this.#unexpected("exceeded max depth");
      this.#at++;
      this.#stack.push({ at, items: char === "[" ? [] : undefined, entries: [], key: "", keyAt: 0 });
      return undefined;
    }
    if (char === '"') return { type: "string", value: this.#string(), at };
    if (/[-0-9]/.test(char)) {
      this.#number();
      return { type: "number", at };
    }
    const word = LITERALS[char];
    if (word === undefined) throw this.#unexpected(context);
    this.#word(word);
    return char === "n" ? { type: "null", at } : { type: "bool", value: char === "t", at };
  }

  #store(frame: Frame, value: DataNode): void {
    if (frame.items !== undefined) frame.items.push(value);
    else frame.entries.push({ key: frame.key, keyAt: frame.keyAt, value });
  }

  /** Continues in a container: returns the next element, or the container itself once it is closed. */
  #next(frame: Frame, empty: boolean): DataNode | undefined {
    this.#skipSpace();
    const close = frame.items === undefined ? "}" : "]";
    const char = this.#peek();
    if (char === close) {
      this.#at++;
      this.#stack.pop();
      return frame.items === undefined
        ? { type: "object", entries: frame.entries, at: frame.at }
        : { type: "array", items: frame.items, at: frame.at };
    }
    if (!empty) {
      const after = frame.items === undefined ? "after object key:value pair" : "after array element";
      if (char !== ",") throw this.#unexpected(after);
      this.#at++;
    }
    if (frame.items === undefined) this.#key(frame);
    return this.#begin("looking for beginning of value");
  }

  #key(frame: Frame): void {
    this.#skipSpace();
    if (this.#peek() !== '"') throw this.#unexpected("looking for beginning of object key string");
    frame.keyAt = this.#at;
    frame.key = this.#string();
    this.#skipSpace();
    if (this.#peek() !== ":") throw this.#unexpected("after object key");
    this.#at++;
  }

  #string(): string {
    const start = ++this.#at;
    for (;;) {
      const stop = /["\\]|[^ -\u00ff]/g;
      stop.lastIndex = this.#at;
      const found = stop.exec(this.#text);
      if (found === null) throw this.#end();
      this.#at = found.index + 1;
      if (found[0] === '"') return unquoteJson(this.#text.slice(start, found.index) as ByteString);
      if (found[0] === "\\") this.#escape();
      else {
        this.#at--;
        throw this.#unexpected("in string literal");
      }
    }
  }

  #escape(): void {
    const char = this.#peekOrSpace();
    if (!/["\\/bfnrtu]/.test(char)) throw this.#unexpected("in string escape code");
    this.#at++;
    if (char !== "u") return;
    for (let digit = 0; digit < 4; digit++) {
      if (!/[0-9A-Fa-f]/.test(this.#peekOrSpace()))
        throw this.#unexpected("in \\u hexadecimal character escape");
      this.#at++;
    }
  }

  #number(): void {
    if (this.#peek() === "-") this.#at++;
    if (this.#peekOrSpace() === "0") this.#at++;
    else this.#digits("in numeric literal");
    if (this.#peek() === ".") {
      this.#at++;
      this.#digits("after decimal point in numeric literal");
    }
    if (/[eE]/.test(this.#peek())) {
      this.#at++;
      if (/[-+]/.test(this.#peek())) this.#at++;
      this.#digits("in exponent of numeric literal");
    }
  }

  #digits(context: string): void {
    if (!/[0-9]/.test(this.#peekOrSpace())) throw this.#unexpected(context);
    while (/[0-9]/.test(this.#peek())) this.#at++;
  }

  #word(word: string): void {
    for (const char of word) {
      if (this.#peekOrSpace() !== char) throw this.#unexpected(`in literal ${word} (expecting '${char}')`);
      this.#at++;
    }
  }

  #skipSpace(): void {
    while (/[ \t\r\n]/.test(this.#peek())) this.#at++;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  /** Go ends its input with a space, so `tru` is an unexpected space, not an unexpected end. */
  #peekOrSpace(): string {
    return this.#at < this.#text.length ? this.#peek() : " ";
  }

  #unexpected(context: string): JsonSyntaxError {
    const inToken = !/^(looking|after (object|array|top))/.test(context);
    if (this.#at >= this.#text.length && !inToken) return this.#end();
    const byte = this.#peekOrSpace().charCodeAt(0);
    return new JsonSyntaxError(`invalid character ${quoteJsonByte(byte)} ${context}`, this.#at);
  }

  #end(): JsonSyntaxError {
    return new JsonSyntaxError("unexpected end of JSON input", this.#text.length);
  }
}

const SIMPLE: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * The text of a JSON string literal that was checked before, quotes not included. As in encoding/json, bytes that are
 * not UTF-8 and surrogates without their partner become U+FFFD.
 */
function unquoteJson(literal: ByteString): string {
  if (!literal.includes("\\")) return textOf(literal);
  const pieces: string[] = [];
  for (const piece of literal.matchAll(/[^\\]+|\\u([0-9A-Fa-f]{4})|\\(.)/gs)) {
    const [whole, unit, simple] = piece;
    if (unit !== undefined) pieces.push(String.fromCharCode(Number.parseInt(unit, 16)));
    else if (simple !== undefined) pieces.push(SIMPLE[simple] ?? simple);
    else pieces.push(textOf(whole as ByteString));
  }
  return pieces.join("").toWellFormed();
}
