import { textCoding } from "#runtime";
import { CredentialError } from "./errors.ts";
import { Secret } from "./secret.ts";

/** Characters of the longest token. No token of a cloud has a tenth of this, and most servers accept less in a header. */
const LONGEST_TOKEN = 64 * 1024;

/** The end of an error about text that {@link isToken} rejects. */
export const NOT_A_TOKEN = "is not a token (visible ASCII characters, at most 64 KiB)";

/**
 * True for text that can be a token or a password in an HTTP header: visible ASCII, at least one character, at most 64 KiB. Control
 * characters would end a header; other characters (a replacement character, a lone surrogate) show that the text is damaged.
 */
export function isToken(text: string): boolean {
  return text.length <= LONGEST_TOKEN && textCoding.isVisibleAscii(text);
}

/**
 * A token from a server's response. It is checked on receipt, so that the error can name the sender.
 * @param text the token in the response
 * @param action the action, for the error
 * @param field the token's name in the response, for the error
 * @throws {CredentialError} for text that is not a token, see {@link isToken}
 */
export function receivedToken(text: string, action: string, field: string): Secret {
  if (text.length <= LONGEST_TOKEN) {
    const token = new Secret(text); // a damaged token does not appear in messages either
    if (isToken(text)) return token;
  }
  throw new CredentialError({
    action,
    reason: `the ${field} in the response ${NOT_A_TOKEN}`,
    advice: "check what responds there: a proxy, or another service",
  });
}
