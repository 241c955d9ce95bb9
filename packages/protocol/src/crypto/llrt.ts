import { hmacSha256, randomBytes, randomUUID, sha1, sha256, signRs256 } from "imagecred:crypto";
import type { Crypto } from "./types.ts";

export const crypto: Crypto = { sha1, sha256, hmacSha256, signRs256, randomBytes, randomUUID };
