import { randomBytes } from "node:crypto";

/** A value that must never appear in a log, an error or a file. */
export interface IssuedSecret {
  /** Its kind: `aws.secretAccessKey`, `azure.clientSecret`. */
  readonly kind: string;
  readonly value: string;
}

/** A secret, or a significant part of one, found in a text. */
export interface Leak {
  readonly kind: string;
  /** The form it was found in: the value, its end, base64, percent-encoded, ... */
  readonly form: string;
}

/** Shortest piece of a secret that counts as leaked: long enough not to appear by chance. */
const TELLING = 16;
/** The same for secrets that begin with a few fixed bytes, such as encoded documents. */
const LONG = 24;

/**
 * Every configured or issued secret of the fakes, so that a test can search an executable's output.
 * @example assert.deepEqual(clouds.secrets.findIn(run.stderr), []);
 */
export class Secrets {
  readonly #known = new Map<string, string>();

  /** A new random secret: `length` letters and digits. */
  issue(kind: string, length = 40): string {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const value = Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join("");
    return this.register(kind, value);
  }

  /** Records a secret from elsewhere (configured, or composed of others) and returns it. */
  register(kind: string, value: string): string {
    if (value.length >= 8) this.#known.set(value, kind);
    return value;
  }

  list(): IssuedSecret[] {
    return Array.from(this.#known, ([value, kind]) => ({ kind, value }));
  }

  /** The secrets that a text leaks: whole, encoded, or a piece of their start, middle or end. */
  findIn(text: string): Leak[] {
    const leaks: Leak[] = [];
    for (const [value, kind] of this.#known) {
      const form = formsOf(value).find(([, needle]) => text.includes(needle))?.[0];
      if (form !== undefined) leaks.push({ kind, form });
    }
    return leaks;
  }
}

function formsOf(value: string): [form: string, needle: string][] {
  const forms: [string, string][] = [
    ["value", value],
    ["percent-encoded", encodeURIComponent(value)],
    ["JSON-escaped", JSON.stringify(value).slice(1, -1)],
    ["base64", base64Core(value)],
    ["hex", Buffer.from(value).toString("hex")],
  ];
  const [header, payload, signature, ...rest] = value.split(".");
  if (header?.startsWith("eyJ") && payload !== undefined && signature !== undefined && rest.length === 0) {
    // JWT headers are not secret and all start alike; a JWT's signature and claims identify it.
    forms.push(["JWT signature", signature.slice(0, TELLING)], ["JWT claims", payload]);
  } else if (value.startsWith("-----BEGIN")) {
    // The first line of a key is the same DER header in every key, so take one from the middle.
    const lines = value.split("\n").filter((each) => each.length > TELLING && !each.startsWith("-----"));
    forms.push(["PEM line", lines[Math.floor(lines.length / 2)] ?? value]);
  } else if (value.length >= 2 * LONG) {
    const middle = Math.floor(value.length / 2);
    forms.push(
      ["start", value.slice(0, LONG)],
      ["end", value.slice(-LONG)],
      ["middle", value.slice(middle, middle + LONG)],
    );
  }
  return forms;
}

/** Base64 without the last group, which depends on what follows the secret. */
function base64Core(value: string): string {
  const encoded = Buffer.from(value).toString("base64");
  return encoded.slice(0, Math.max(TELLING, Math.floor(value.length / 3) * 4));
}
