import type { Fault } from "@imagecred/fake-clouds";

/** Encodings in which a server may echo a secret that it received. */
export const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  "as it is": (secret) => secret,
  "percent-encoded": encodeURIComponent,
  "percent-encoded, every byte": (secret) =>
    Buffer.from(secret)
      .toString("hex")
      .replace(/../g, (byte) => `%${byte}`),
  "percent-encoded twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "as a form": (secret) => new URLSearchParams({ s: secret }).toString().slice(2),
  "JSON-escaped": (secret) => JSON.stringify(secret).slice(1, -1),
  "JSON-escaped, every character": (secret) =>
    Array.from(secret, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  "HTML entities": (secret) => Array.from(secret, (each) => `&#${each.codePointAt(0)};`).join(""),
  base64: (secret) => Buffer.from(secret).toString("base64"),
  base64url: (secret) => Buffer.from(secret).toString("base64url"),
  "base64 as a password": (secret) => Buffer.from(`user:${secret}`).toString("base64"),
  "cut at its end": (secret) => secret.slice(0, -3),
  "cut at its start": (secret) => secret.slice(3),
};

/** The parts of a response that may contain it, each with a status. */
const PLACES: Readonly<
  Record<string, (text: string) => readonly [status: number, headers: string, body: string]>
> = {
  "an OAuth error": (text) => [400, "", JSON.stringify({ error: "invalid_grant", error_description: text })],
  "an error of AWS's": (text) => [
    400,
    "",
    JSON.stringify({ __type: "AccessDeniedException", message: text }),
  ],
  "an error's code": (text) => [403, "", JSON.stringify({ __type: text, error: text, code: text })],
  "an error of Google's": (text) => [
    403,
    "",
    JSON.stringify({ error: { code: 403, status: "PERMISSION_DENIED", message: text } }),
  ],
  "an error of a registry": (text) => [
    401,
    "",
    JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: text }] }),
  ],
  XML: (text) => [
    403,
    "",
    `<ErrorResponse><Error><Code>AccessDenied</Code><Message>${text}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  ],
  "a page": (text) => [502, "", `<!DOCTYPE html><html><body>${text}</body></html>`],
  headers: (text) => [
    403,
    [
      `location: https://h.test/${text}`,
      `x-amzn-errortype: ${text}`,
      `x-amzn-requestid: ${text}`,
      `x-ms-request-id: ${text}`,
      `www-authenticate: Bearer error="${text}"`,
    ]
      .map((line) => `${line}\r\n`)
      .join(""),
    "{}",
  ],
  "a redirect": (text) => [307, `location: https://h.test/?token=${text}\r\n`, ""],
  "a reason": (text) => [418, "", text],
  "200 with something else": (text) => [200, "", JSON.stringify({ message: text, token: null })],
  "200 that is not JSON": (text) => [200, "", text],
};

/** Every response that echoes secrets, by its description. @param secrets called when the response is written */
export function echoes(secrets: () => readonly string[]): readonly (readonly [what: string, fault: Fault])[] {
  return Object.entries(PLACES).flatMap(([place, written]) =>
    Object.entries(ENCODINGS).map(([encoding, encode]) => {
      const pieces = () => {
        const text = secrets()
          .map(encode)
          .filter((each) => /^[\x20-\x7e]*$/.test(each))
          .join(" ");
        const [status, headers, body] = written(text);
        return [
          `HTTP/1.1 ${status} Reason\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n`,
          Buffer.from(body),
        ];
      };
      const fault: Fault = { kind: "bytes", when: "request", end: "close", pieces };
      return [`${place}, ${encoding}`, fault] as const;
    }),
  );
}
