import {
  CredentialError,
  parseJson,
  receivedToken,
  type Secret,
  type TransportResponse,
  textAt,
} from "@imagecred/protocol";

/**
 * The token in a response, with the whole document.
 * @param action the action, for errors
 * @param field the token's name
 * @param adviceFor default advice for a status that is not 200
 * @throws {CredentialError}
 */
export async function tokenIn(
  response: TransportResponse,
  action: string,
  field: string,
  adviceFor: (status: number) => string,
): Promise<{ readonly token: Secret; readonly document: unknown }> {
  if (response.status !== 200) {
    const { errorOf } = await import("./google-refusal.ts");
    throw errorOf(response, action, adviceFor(response.status));
  }
  const document = parseJson(response.body);
  const token = textAt(document, field);
  if (token !== undefined) return { token: receivedToken(token, action, field), document };
  throw new CredentialError({
    action,
    reason: `status 200 without ${field}`,
    advice: "check what responds there: a proxy, or a server that is not Google's",
  });
}
