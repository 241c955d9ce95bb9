/**
 * A YAML file's bytes as text (go.yaml.in/yaml/v2 v2.4.4, readerc.go): UTF-8, or UTF-16 after a byte order mark. go-yaml
 * decodes 512 bytes at a time, and finds a fault only if it reads that far, which it may not after the first document.
 */
import { YamlSyntaxError } from "./syntax-tree.ts";

/** A file's text, up to the first fault. */
export interface YamlText {
  /** Without the byte order mark at the start of the file. */
  readonly text: string;
  /** The number of characters in each 512 bytes, up to the first fault. */
  readonly chunks: readonly number[];
  /** Why the text after the last chunk cannot be decoded. */
  readonly fault: YamlSyntaxError | undefined;
}

const CHUNK_BYTES = 512;

/** Decodes a file. Never throws: a fault is part of the result. */
export function decodeYamlText(data: Uint8Array): YamlText {
  // go-yaml reads an empty file as an empty line.
  const decoder = new TextDecoderInChunks(data.length === 0 ? Uint8Array.of(0x0a) : data);
  return decoder.decoded();
}

interface Char {
  readonly rune: number;
  readonly width: number;
}

class TextDecoderInChunks {
  readonly #data: Uint8Array;
  readonly #next: () => Char | undefined;
  #at: number;
  #loaded = 0;
  /** The fault of the last character if the file ends within it. */
  #incomplete = "";

  constructor(data: Uint8Array) {
    this.#data = data;
    const [first, second, third] = data;
    const isLittle = first === 0xff && second === 0xfe;
    const isUtf16 = isLittle || (first === 0xfe && second === 0xff);
    const isMarked = isUtf16 || (first === 0xef && second === 0xbb && third === 0xbf);
    this.#at = isUtf16 ? 2 : isMarked ? 3 : 0;
    this.#next = isUtf16 ? () => this.#utf16(isLittle ? 0 : 1) : () => this.#utf8();
  }

  decoded(): YamlText {
    const chunks: number[] = [];
    let text = "";
    let chunk = "";
    // The first load includes the byte order mark.
    let loaded = CHUNK_BYTES;
    try {
      while (this.#at < this.#data.length) {
        this.#loaded = Math.min(loaded, this.#data.length);
        chunk = "";
        let count = 0;
        for (let char = this.#char(); char !== undefined; char = this.#char()) {
          this.#at += char.width;
          chunk += String.fromCodePoint(char.rune);
          count++;
        }
        text += chunk;
        chunks.push(count);
        const isCut = this.#loaded === this.#data.length && this.#at < this.#loaded;
        if (isCut) throw undecodable(this.#incomplete);
        loaded = this.#at + CHUNK_BYTES;
      }
      return { text, chunks, fault: undefined };
    } catch (error) {
      if (!(error instanceof YamlSyntaxError)) throw error;
      return {
        text: text + chunk,
        chunks,
        fault: new YamlSyntaxError(error.message, text.length + chunk.length),
      };
    }
  }

  /** The next character that is loaded completely. */
  #char(): Char | undefined {
    if (this.#at === this.#loaded) return undefined;
    const char = this.#next();
    if (char !== undefined && !isAllowed(char.rune)) throw undecodable("control characters are not allowed");
    return char;
  }

  #utf8(): Char | undefined {
    const first = this.#byte(0);
    const width = utf8Width(first);
    if (width === 0) throw undecodable("invalid leading UTF-8 octet");
    if (this.#isIncomplete(width, "incomplete UTF-8 octet sequence")) return undefined;
    if (width === 1) return { rune: first, width };
    let rune = first & (0x7f >> width);
    for (let at = 1; at < width; at++) {
      const byte = this.#byte(at);
      if ((byte & 0xc0) !== 0x80) throw undecodable("invalid trailing UTF-8 octet");
      rune = (rune << 6) | (byte & 0x3f);
    }
    if (rune < (width === 2 ? 0x80 : width === 3 ? 0x800 : 0x10000)) {
      throw undecodable("invalid length of a UTF-8 sequence");
    }
    if ((rune >= 0xd800 && rune <= 0xdfff) || rune > 0x10ffff) throw undecodable("invalid Unicode character");
    return { rune, width };
  }

  /** @param low the index of the low byte in a pair */
  #utf16(low: 0 | 1): Char | undefined {
    const unit = (at: number) => this.#byte(at + low) | (this.#byte(at + 1 - low) << 8);
    if (this.#isIncomplete(2, "incomplete UTF-16 character")) return undefined;
    const first = unit(0);
    if ((first & 0xfc00) === 0xdc00) throw undecodable("unexpected low surrogate area");
    if ((first & 0xfc00) !== 0xd800) return { rune: first, width: 2 };
    if (this.#isIncomplete(4, "incomplete UTF-16 surrogate pair")) return undefined;
    const second = unit(2);
    if ((second & 0xfc00) !== 0xdc00) throw undecodable("expected low surrogate area");
    return { rune: 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff), width: 4 };
  }

  #isIncomplete(width: number, problem: string): boolean {
    if (this.#at + width <= this.#loaded) return false;
    this.#incomplete = problem;
    return true;
  }

  #byte(offset: number): number {
    return this.#data[this.#at + offset] ?? 0;
  }
}

/** go-yaml's errors for these have no line. */
function undecodable(problem: string): YamlSyntaxError {
  return new YamlSyntaxError(problem, 0);
}

function isAllowed(rune: number): boolean {
  if (rune === 0x09 || rune === 0x0a || rune === 0x0d || rune === 0x85) return true;
  return (rune >= 0x20 && rune <= 0x7e) || (rune >= 0xa0 && rune !== 0xfffe && rune !== 0xffff);
}

/** The number of bytes of a UTF-8 sequence, by its first byte; 0 if no sequence begins with it. */
export function utf8Width(byte: number): number {
  return byte < 0x80 ? 1 : byte >> 5 === 6 ? 2 : byte >> 4 === 14 ? 3 : byte >> 3 === 30 ? 4 : 0;
}
