import { isScalar, type Node } from "yaml";
import type { Value } from "./change.ts";

/** Text that every YAML version reads as that text: not a number, boolean, null, date or indicator. */
const PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*$/;
const NOT_TEXT = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/** A value in YAML's flow style; with `json` in JSON's syntax. */
export function flowValue(value: Value, json: boolean): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map((one) => flowValue(one, json)).join(", ")}]`;
  const fields = Object.entries(value).map(
    ([key, one]) => `${json || !PLAIN.test(key) ? JSON.stringify(key) : key}: ${flowValue(one, json)}`,
  );
  return `{${fields.join(", ")}}`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** A value in the style of the one that it replaces: with the same quotes, or as plain text if possible. */
export function valueLike(old: Node | undefined, value: Value, json: boolean): string {
  if (typeof value !== "string" || !isScalar(old)) return flowValue(value, json);
  if (old.type === "PLAIN" && PLAIN.test(value) && !NOT_TEXT.test(value)) return value;
  if (old.type === "QUOTE_SINGLE" && !/['\n\r\t]/.test(value)) return `'${value}'`;
  return flowValue(value, json);
}
