import type { Crypto } from "@imagecred/protocol";
import type { Hash, HashConstructor, SourceData } from "@smithy/types";

/** SHA-256, and HMAC with it where a secret is given, by the runtime's native code, in the form that the SDK's signer takes. */
export function sha256With(crypto: Crypto): HashConstructor {
  return class Sha256 implements Hash {
    readonly #secret: Uint8Array | undefined;
    readonly #chunks: Uint8Array[] = [];

    constructor(secret?: SourceData) {
      this.#secret = secret === undefined ? undefined : bytes(secret);
    }

    update(chunk: SourceData): void {
      this.#chunks.push(bytes(chunk));
    }

    async digest(): Promise<Uint8Array> {
      const data = concatenated(this.#chunks);
      return this.#secret === undefined ? crypto.sha256(data) : crypto.hmacSha256(this.#secret, data);
    }
  };
}

function bytes(data: SourceData): Uint8Array {
  if (typeof data === "string") return new TextEncoder().encode(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

function concatenated(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
