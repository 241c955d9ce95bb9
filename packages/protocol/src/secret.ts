/**
 * Values that must never be printed. A secret travels wrapped and prints as `[redacted]` wherever something turns it
 * into text; only the encoder of the response and the code that signs or sends a request call `reveal()`.
 *
 * As a second line of defence every wrapped value is remembered for the life of the process (which is one request), and
 * `redact()`, which all of stderr passes through, blanks it wherever a cloud's error message should echo it.
 */
const REDACTED = "[redacted]";

/** Shorter values are left alone by `redact()`: blanking every "a" of a message would hide the message. */
const SHORTEST_REDACTED = 6;

const known = new Set<string>();

/** A value that must never be printed: it turns into `[redacted]` wherever something makes text of it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    if (value.length >= SHORTEST_REDACTED) known.add(value);
  }

  /** The value itself. Call it where the value is sent or encoded, and nowhere else. */
  reveal(): string {
    return this.#value;
  }

  /** True for the empty string, which is a legal but useless secret. */
  get isEmpty(): boolean {
    return this.#value === "";
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  /** What `console.log` and `util.inspect` of Node show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

/** `text` with every value that was ever wrapped in a {@link Secret} replaced by `[redacted]`. */
export function redact(text: string): string {
  let clean = text;
  // Longest first: one secret may contain another (a docker config auth contains its password).
  for (const value of [...known].sort((a, b) => b.length - a.length)) {
    if (clean.includes(value)) clean = clean.split(value).join(REDACTED);
  }
  return clean;
}
