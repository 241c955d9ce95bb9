import { signRs256 } from "imagecred:crypto";

/** What is signed, and with what: as much of the package's options as google-auth-library gives. */
interface SignOptions {
  readonly header: { readonly alg: string };
  readonly payload: unknown;
  readonly secret?: string;
  readonly privateKey?: string;
}

/** A compact JWS (RFC 7515), signed with RS256, which is all that Google's keys are for. */
export function sign({ header, payload, secret, privateKey }: SignOptions): string {
  if (header.alg !== "RS256") throw new Error(`signing with ${header.alg} is not part of the static runtime`);
  const input = `${encode(JSON.stringify(header))}.${encode(typeof payload === "string" ? payload : JSON.stringify(payload))}`;
  const signature = signRs256(secret ?? privateKey ?? "", new TextEncoder().encode(input));
  return `${input}.${base64url(Buffer.from(signature))}`;
}

function encode(text: string): string {
  return base64url(Buffer.from(text, "utf8"));
}

function base64url(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
}
