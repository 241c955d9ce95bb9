import { remember } from "./redact.ts";

const REDACTED = "[redacted]";

/**
 * A value that must never be printed: it turns into `[redacted]` wherever something makes text of it. Only the encoder of
 * the response and the code that signs or sends a request call `reveal()`. As a second line of defense `redact()` knows
 * every wrapped value.
 */
export class Secret {
  readonly #value: string;

  /** @param secretParts of a value that is a document, what is secret in it: the rest may stand in any message */
  constructor(value: string, secretParts: readonly string[] = [value]) {
    this.#value = value;
    for (const part of secretParts) remember(part);
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
