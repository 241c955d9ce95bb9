import { remember } from "./redact.ts";

const REDACTED = "[redacted]";

/**
 * A value that must never be printed: it turns into `[redacted]` wherever something makes text of it. Only the encoder of
 * the response and the code that signs or sends a request call `reveal()`. As a second line of defense `redact()` knows
 * every wrapped value.
 */
export class Secret {
  readonly #value: string;

  /** @param secretParts the secret parts of a value that is a document: only they are redacted from messages */
  constructor(value: string, secretParts: readonly string[] = [value]) {
    this.#value = value;
    for (const part of secretParts) remember(part);
  }

  /** The value itself. Call this only where the value is sent or encoded. */
  reveal(): string {
    return this.#value;
  }

  /** True for the empty string, which is a valid but useless secret. */
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

  /** The text that Node.js's `console.log` and `util.inspect` show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}
