import { createHash, createHmac, createPrivateKey, randomBytes, randomUUID, sign } from "node:crypto";
import type { Crypto } from "./types.ts";

export const crypto: Crypto = {
  sha1: (data) => createHash("sha1").update(data).digest(),
  sha256: (data) => createHash("sha256").update(data).digest(),
  hmacSha256: (key, data) => createHmac("sha256", key).update(data).digest(),
  signRs256: (privateKeyPem, data) => sign("sha256", data, createPrivateKey(privateKeyPem)),
  randomBytes: (length) => randomBytes(length),
  randomUUID: () => randomUUID(),
};
