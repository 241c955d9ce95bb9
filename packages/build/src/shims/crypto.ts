import * as native from "imagecred:crypto";

type Data = string | Uint8Array;
type Digest = (data: Uint8Array) => Uint8Array;

const digests: Readonly<Record<string, Digest>> = {
  sha1: native.sha1,
  sha256: native.sha256,
  "rsa-sha256": native.sha256,
};

function bytesOf(data: Data, encoding?: BufferEncoding): Uint8Array {
  return typeof data === "string" ? Buffer.from(data, encoding ?? "utf8") : data;
}

/** Collects its input and computes at the end: inputs are a few kilobytes. */
class Collector {
  readonly #parts: Uint8Array[] = [];
  readonly #finish: (data: Uint8Array, argument?: unknown) => Uint8Array;

  constructor(finish: (data: Uint8Array, argument?: unknown) => Uint8Array) {
    this.#finish = finish;
  }

  update(data: Data, encoding?: BufferEncoding): this {
    this.#parts.push(bytesOf(data, encoding));
    return this;
  }

  end(): this {
    return this;
  }

  digest(encoding?: BufferEncoding): Buffer | string {
    return encoded(this.#finish(Buffer.concat(this.#parts)), encoding);
  }

  sign(key: string | { readonly key: string }, encoding?: BufferEncoding): Buffer | string {
    return encoded(
      this.#finish(Buffer.concat(this.#parts), typeof key === "string" ? key : key.key),
      encoding,
    );
  }
}

function encoded(bytes: Uint8Array, encoding: BufferEncoding | undefined): Buffer | string {
  const buffer = Buffer.from(bytes);
  return encoding === undefined ? buffer : buffer.toString(encoding);
}

export function createHash(algorithm: string): Collector {
  const digest = digests[algorithm.toLowerCase()];
  if (digest === undefined) throw new Error(`the static runtime has no hash ${algorithm}`);
  return new Collector(digest);
}

export function createHmac(algorithm: string, key: Data): Collector {
  if (algorithm.toLowerCase() !== "sha256")
    throw new Error(`the static runtime has no HMAC with ${algorithm}`);
  return new Collector((data) => native.hmacSha256(bytesOf(key), data));
}

export function createSign(algorithm: string): Collector {
  if (!/^(rsa-)?sha256$/i.test(algorithm))
    throw new Error(`the static runtime has no signature ${algorithm}`);
  return new Collector((data, key) => native.signRs256(String(key), data));
}

export const randomUUID = (): string => native.randomUUID();
export const randomBytes = (length: number): Buffer => Buffer.from(native.randomBytes(length));

export function randomFillSync<Array_ extends Uint8Array>(array: Array_): Array_ {
  array.set(native.randomBytes(array.length));
  return array;
}

export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) throw new RangeError("Input buffers must have the same byte length");
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
  return difference === 0;
}

export const webcrypto = globalThis.crypto;

export default {
  createHash,
  createHmac,
  createSign,
  randomUUID,
  randomBytes,
  randomFillSync,
  timingSafeEqual,
  webcrypto,
};
