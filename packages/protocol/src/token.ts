import { textCoding } from "#runtime";
import { CredentialError } from "./errors.ts";
import { Secret } from "./secret.ts";

/**
 * True for text that can be a token or a password in an HTTP header: visible ASCII, at least one character. Control
 * characters would end a header; other characters (a replacement character, a lone surrogate) show that the text is
 * damaged.
 */
export function isToken(text: string): boolean {
  return textCoding.isVisibleAscii(text);
}

/**
 * A token from a server's response. It is checked on receipt, so that the error can name the sender.
 * @param text the token in the response
 * @param action the action, for the error
 * @param field the token's name in the response, for the error
 * @throws {CredentialError} for text that is not a token, see {@link isToken}
 */
export function receivedToken(text: string, action: string, field: string): Secret {
  const token = new Secret(text);
  if (isToken(text)) return token;
  throw new CredentialError({
    action,
    reason: `the ${field} in the response has characters that a token cannot have`,
    advice: "check what responds there: a proxy, or another service",
  });
}
