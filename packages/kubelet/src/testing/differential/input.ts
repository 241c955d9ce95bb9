/** Reads the cases and checks their structure, because they come from outside. */

/** A JSON object. */
export type Case = Readonly<Record<string, unknown>>;

export function record(value: unknown): Case {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`expected an object, got ${JSON.stringify(value)}`);
  }
  return value as Case;
}

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`expected a list, got ${JSON.stringify(value)}`);
  return value;
}

export function text(input: Case, name: string): string {
  const value = input[name];
  if (typeof value !== "string") throw new TypeError(`"${name}" must be text, got ${JSON.stringify(value)}`);
  return value;
}

export function optionalText(input: Case, name: string): string | undefined {
  return input[name] === undefined ? undefined : text(input, name);
}

/** `name`, or `nameBase64` for bytes that are not UTF-8. */
export function bytes(input: Case, name: string): Uint8Array {
  const encoded = optionalText(input, `${name}Base64`);
  return encoded === undefined ? Buffer.from(text(input, name)) : Buffer.from(encoded, "base64");
}

export function texts(value: unknown): string[] {
  return list(value ?? []).map((item) => {
    if (typeof item !== "string") throw new TypeError(`expected text, got ${JSON.stringify(item)}`);
    return item;
  });
}
