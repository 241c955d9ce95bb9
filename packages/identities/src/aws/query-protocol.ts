/** STS's responses: XML of the AWS query protocol (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html). */

/** The text of the first element with this name, without attributes and children; undefined if there is none. */
export function elementText(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, unescaped).trim();
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescaped(whole: string, hexadecimal?: string, decimal?: string, name = ""): string {
  const code =
    hexadecimal === undefined ? Number.parseInt(decimal ?? "", 10) : Number.parseInt(hexadecimal, 16);
  if (Number.isNaN(code)) return (Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined) ?? whole;
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/** The code and the message of an error; undefined if the text is not an error in this format. */
export function errorIn(xml: string): { readonly code: string; readonly message: string } | undefined {
  const error = /<Error>[\s\S]*?<\/Error>/.exec(xml)?.[0] ?? "";
  const code = elementText(error, "Code");
  return code === undefined || code === ""
    ? undefined
    : { code, message: elementText(error, "Message") ?? "no message" };
}
