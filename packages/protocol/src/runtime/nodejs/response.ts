import { TransportError, type TransportResponse } from "../../http/transport.ts";
import { notHttp } from "./errors.ts";

/** The request of a response, and the limit of its body. */
export interface ExpectedResponse {
  /** The request's method. */
  readonly method: string;
  /** `host:port` of the server, for messages. */
  readonly authority: string;
  /** Bytes of body after which the response is refused. */
  readonly maxBytes: number;
}

/** A complete response. */
export interface ReadResponse extends TransportResponse {
  /** Whether the connection can carry another request. */
  readonly reusable: boolean;
}

interface Head {
  readonly status: number;
  readonly keepAlive: boolean;
  /** Names in lower case, in the order in which they came. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly version: "1.0" | "1.1";
}

/** How a body ends: after a number of bytes, with its last chunk, or with the connection. */
type Framing = number | "chunks" | "close";

/** Limits of the status line and headers (bytes) and of the number of headers, as in the static runtime's library. */
const MAX_HEAD_BYTES = 8192 + 4096 * 100;
const MAX_HEADERS = 100;

/**
 * Reads one HTTP/1.1 response (RFC 9112) as it arrives. Node.js's own client and the static runtime's library (hyper) do
 * not accept the same responses, and both runtimes of a program should: this follows hyper's grammar. The methods throw a
 * {@link TransportError} if a response is not valid or its end is not clear.
 */
export class ResponseReader {
  readonly #expected: ExpectedResponse;
  #pending: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #framing: Framing = "close";
  #chunks: ChunkReader | undefined;
  readonly #body: Buffer[] = [];
  #length = 0;

  constructor(expected: ExpectedResponse) {
    this.#expected = expected;
  }

  /** Adds bytes that have arrived. @returns the response once it is complete */
  push(bytes: Buffer): ReadResponse | undefined {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    try {
      if (this.#head === undefined && !this.#readHead()) return undefined;
      return this.#readBody();
    } catch (error) {
      throw error instanceof Invalid ? notHttp(this.#expected.authority, error) : error;
    }
  }

  /** Called when the connection has ended. @returns the response if that completes it; undefined if it is truncated */
  end(): ReadResponse | undefined {
    return this.#head !== undefined && this.#framing === "close" ? this.#whole(false) : undefined;
  }

  /** Reads up to the end of the final response's headers. @returns false if more has to arrive */
  #readHead(): boolean {
    for (;;) {
      const text = this.#pending.toString("latin1", 0, MAX_HEAD_BYTES);
      const parsed = parseHead(text);
      if (parsed === undefined) {
        if (this.#pending.length >= MAX_HEAD_BYTES) throw new Invalid("the head is too large");
        return false;
      }
      this.#pending = this.#pending.subarray(parsed.length);
      // 1xx: the final response follows. 101 ends HTTP on this connection.
      if (parsed.head.status < 200 && parsed.head.status !== 101) continue;
      this.#head = parsed.head;
      this.#framing = framingOf(parsed.head, this.#expected.method);
      if (this.#framing === "chunks") this.#chunks = new ChunkReader();
      if (typeof this.#framing === "number" && this.#framing > this.#expected.maxBytes)
        throw this.#tooLarge();
      return true;
    }
  }

  #readBody(): ReadResponse | undefined {
    if (this.#chunks !== undefined) {
      const { data, rest } = this.#chunks.push(this.#pending);
      this.#pending = Buffer.alloc(0);
      for (const piece of data) this.#add(piece);
      return rest === undefined ? undefined : this.#whole(rest.length === 0);
    }
    const wanted = this.#framing === "close" ? this.#pending.length : Number(this.#framing) - this.#length;
    const piece = this.#pending.subarray(0, wanted);
    this.#pending = this.#pending.subarray(wanted);
    this.#add(piece);
    if (this.#framing === "close" || this.#length < Number(this.#framing)) return undefined;
    return this.#whole(this.#pending.length === 0);
  }

  #add(piece: Buffer): void {
    if (piece.length > this.#expected.maxBytes - this.#length) throw this.#tooLarge();
    this.#length += piece.length;
    if (piece.length > 0) this.#body.push(piece);
  }

  #whole(clean: boolean): ReadResponse {
    const { status, headers, keepAlive } = this.#head as Head;
    const joined: Record<string, string> = {};
    for (const [name, values] of headers) joined[name] = values.join(", ");
    const reusable = clean && keepAlive && status !== 101;
    return { status, headers: joined, body: Buffer.concat(this.#body), reusable };
  }

  #tooLarge(): TransportError {
    const { authority, maxBytes } = this.#expected;
    const message = `the response of ${authority} is larger than ${maxBytes} bytes`;
    return new TransportError("receive", "ERR_BODY_TOO_LARGE", message);
  }
}

/** The response is not valid HTTP; the reason is for debugging. */
class Invalid extends Error {}

/** How a body ends (RFC 9112, section 6.3). An ambiguous response is refused, as the RFC recommends. */
function framingOf({ status, headers, version }: Head, method: string): Framing {
  const lengths = headers.get("content-length") ?? [];
  const codings = headers.get("transfer-encoding") ?? [];
  const clear =
    lengths.length + codings.length <= 1 &&
    lengths.every((value) => /^\d+$/.test(value)) &&
    codings.every((value) => value.toLowerCase() === "chunked");
  if (!clear) throw new Invalid("it is not clear where the body ends");
  if (status < 200 || status === 204 || status === 304 || method === "HEAD") return 0;
  if (codings.length > 0 && version === "1.0") throw new Invalid("chunks in HTTP/1.0");
  if (codings.length > 0) return "chunks";
  const [length] = lengths;
  if (length === undefined) return "close";
  // The largest length that the static runtime's library accepts; far over the limit anyway.
  if (BigInt(length) > 2n ** 64n - 3n) throw new Invalid("the length is too large");
  return Number(length);
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const STATUS_LINE = "HTTP/1.";

/**
 * Parses the status line and headers at the start of a text with one character for each byte; undefined if they are
 * incomplete.
 * @throws {Invalid} as soon as the text cannot become a response
 */
function parseHead(text: string): { readonly head: Head; readonly length: number } | undefined {
  const reader = new Characters(text);
  try {
    reader.skipEmptyLines();
    const version = reader.version();
    const status = reader.status();
    const headers = reader.headers();
    return { head: { status, headers, version, keepAlive: keptAlive(version, headers) }, length: reader.at };
  } catch (error) {
    if (error === PARTIAL) return undefined;
    throw error;
  }
}

function keptAlive(version: Head["version"], headers: Head["headers"]): boolean {
  const options = (headers.get("connection") ?? []).flatMap((value) =>
    value.split(",").map((option) => option.trim().toLowerCase()),
  );
  if (options.includes("close")) return false;
  return version === "1.1" || options.includes("keep-alive");
}

/** Thrown when the text is incomplete. */
const PARTIAL = Symbol("more has to arrive");

class Characters {
  readonly #text: string;
  at = 0;

  constructor(text: string, at = 0) {
    this.#text = text;
    this.at = at;
  }

  #next(): string {
    const character = this.#text[this.at];
    if (character === undefined) throw PARTIAL;
    this.at++;
    return character;
  }

  #peek(): string {
    const character = this.#next();
    this.at--;
    return character;
  }

  #expect(wanted: string): void {
    for (const character of wanted)
      if (this.#next() !== character) throw new Invalid(`no ${JSON.stringify(wanted)}`);
  }

  /** Reads the end of a line; false if there is none here. */
  lineEnds(): boolean {
    const character = this.#peek();
    if (character !== "\r" && character !== "\n") return false;
    this.at++;
    if (character === "\r") this.#expect("\n");
    return true;
  }

  skipEmptyLines(): void {
    while (this.lineEnds());
  }

  version(): Head["version"] {
    this.#expect(STATUS_LINE);
    const minor = this.#next();
    if (minor !== "0" && minor !== "1") throw new Invalid("another version of HTTP");
    this.#expect(" ");
    return `1.${minor}`;
  }

  /** Reads the status; the reason after it is ignored. */
  status(): number {
    let digits = "";
    for (let count = 0; count < 3; count++) {
      const digit = this.#next();
      if (!/\d/.test(digit)) throw new Invalid("a status that is not a number");
      digits += digit;
    }
    if (!this.lineEnds()) {
      this.#expect(" ");
      this.#line();
    }
    if (digits < "100") throw new Invalid("a status below 100");
    return Number(digits);
  }

  headers(): Map<string, string[]> {
    const headers = new Map<string, string[]>();
    for (let count = 0; !this.lineEnds(); count++) {
      if (count === MAX_HEADERS) throw new Invalid("too many headers");
      const name = this.#name().toLowerCase();
      const value = this.#line().replace(/^[ \t]+|[ \t]+$/g, "");
      headers.set(name, [...(headers.get(name) ?? []), value]);
    }
    return headers;
  }

  #name(): string {
    let name = "";
    for (;;) {
      const character = this.#next();
      if (character === ":" && name !== "") return name;
      if (!TOKEN.test(character)) throw new Invalid("a header without a name");
      name += character;
    }
  }

  /** Reads the rest of the line with its end. No control characters except tabs. */
  #line(): string {
    const start = this.at;
    for (;;) {
      const code = this.#text.charCodeAt(this.at);
      if (code === 9 || (code >= 32 && code !== 127)) {
        this.at++;
        continue;
      }
      const end = this.at;
      if (!this.lineEnds()) throw new Invalid("a control character");
      return this.#text.slice(start, end);
    }
  }
}

/** Limits of chunk extensions (characters) and trailers (bytes). */
const MAX_EXTENSIONS = 16 * 1024;
const MAX_TRAILER_BYTES = 16 * 1024;

type ChunkState =
  | "start"
  | "size"
  | "space"
  | "extension"
  | "size-lf"
  | "data"
  | "data-cr"
  | "data-lf"
  | "trailers";

/** Reads chunks (RFC 9112, section 7.1). */
class ChunkReader {
  #state: ChunkState = "start";
  #size = 0n;
  #extensions = 0;
  #trailers = "";

  /** @returns the data in these bytes, and the bytes after the last chunk once it has arrived */
  push(bytes: Buffer): { readonly data: readonly Buffer[]; readonly rest: Buffer | undefined } {
    const data: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      if (this.#state === "data") {
        const wanted = this.#size < BigInt(bytes.length) ? Number(this.#size) : bytes.length;
        const piece = bytes.subarray(at, at + wanted);
        data.push(piece);
        at += piece.length;
        this.#size -= BigInt(piece.length);
        if (this.#size === 0n) this.#state = "data-cr";
      } else if (this.#state === "trailers") {
        const before = this.#trailers.length;
        this.#trailers += bytes.toString("latin1", at);
        const end = trailersEnd(this.#trailers);
        if (end === undefined) break;
        return { data, rest: bytes.subarray(at + end - before) };
      } else {
        this.#step(String.fromCharCode(bytes[at++] ?? 0));
      }
    }
    return { data, rest: undefined };
  }

  #step(character: string): void {
    switch (this.#state) {
      case "start":
        this.#size = 0n;
        this.#digit(character);
        this.#state = "size";
        return;
      case "size":
        if (/[0-9a-f]/i.test(character)) this.#digit(character);
        else this.#afterSize(character);
        return;
      case "space":
        this.#afterSize(character);
        return;
      case "extension":
        if (character === "\r") this.#state = "size-lf";
        else if (character === "\n" || ++this.#extensions >= MAX_EXTENSIONS)
          throw new Invalid("a chunk's extension");
        return;
      case "size-lf":
        expectCharacter(character, "\n");
        this.#state = this.#size === 0n ? "trailers" : "data";
        return;
      case "data-cr":
        expectCharacter(character, "\r");
        this.#state = "data-lf";
        return;
      case "data-lf":
        expectCharacter(character, "\n");
        this.#state = "start";
        return;
    }
  }

  #digit(character: string): void {
    if (!/[0-9a-f]/i.test(character)) throw new Invalid("a chunk's size");
    this.#size = this.#size * 16n + BigInt(`0x${character}`);
    if (this.#size >= 2n ** 64n) throw new Invalid("a chunk's size is too large");
  }

  #afterSize(character: string): void {
    if (character === " " || character === "\t") this.#state = "space";
    else if (character === ";") this.#state = "extension";
    else if (character === "\r") this.#state = "size-lf";
    else throw new Invalid("a chunk's size");
  }
}

/** The index after the trailers; undefined if more has to arrive. Trailers are not used. */
function trailersEnd(text: string): number | undefined {
  if (text.startsWith("\r")) {
    if (text.length < 2) return undefined;
    expectCharacter(text[1] ?? "", "\n");
    return 2;
  }
  const end = text.indexOf("\r\n\r\n");
  if ((end < 0 ? text.length : end + 4) > MAX_TRAILER_BYTES) throw new Invalid("too many trailers");
  if (end < 0) return undefined;
  new Characters(text).headers();
  return end + 4;
}

function expectCharacter(character: string, wanted: string): void {
  if (character !== wanted) throw new Invalid("a chunk's end");
}
