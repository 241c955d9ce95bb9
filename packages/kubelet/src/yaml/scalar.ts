/**
 * Resolves a YAML scalar by go-yaml v2's rules (go.yaml.in/yaml/v2 v2.4.4, resolve.go): YAML 1.1 with its own
 * corrections, so `yes` is true, `010` is 8, `1_000` is a number and `1e999` is text.
 */

import { type ByteString, textOf } from "@imagecred/protocol/go";

/** A scalar as the parser found it. */
export interface YamlScalar {
  readonly value: string;
  /** The full tag, such as `tag:yaml.org,2002:str`; empty when none was written. */
  readonly tag: string;
  /** Plain and untagged: the value can be something other than text. */
  readonly implicit: boolean;
}

/** The value of a scalar. `goType` is its Go type in go-yaml, which distinguishes map keys with the same text. */
export type ScalarValue =
  | { readonly goType: "nil" }
  | { readonly goType: "bool"; readonly value: boolean }
  | { readonly goType: "int" | "uint64"; readonly value: bigint }
  | { readonly goType: "float64"; readonly value: number }
  | { readonly goType: "string"; readonly value: string };

/** go-yaml, or the conversion to JSON after it, fails. `message` is Go's. */
export class YamlValueError extends Error {
  override name = "YamlValueError";
  /** Where it happened, in UTF-16 units; undefined until a node with a position is involved. */
  offset: number | undefined;
  constructor(message: string, offset?: number) {
    super(message);
    this.offset = offset;
  }
}

const TAG = "tag:yaml.org,2002:";
type Kind = "str" | "bool" | "int" | "float" | "null";
const RESOLVABLE = ["str", "bool", "int", "float", "null", "timestamp"];

const WORDS: readonly (readonly [kind: Kind, value: ScalarValue, words: string])[] = [
  ["bool", { goType: "bool", value: true }, "y Y yes Yes YES true True TRUE on On ON"],
  ["bool", { goType: "bool", value: false }, "n N no No NO false False FALSE off Off OFF"],
  ["null", { goType: "nil" }, "~ null Null NULL"],
  ["float", { goType: "float64", value: Number.NaN }, ".nan .NaN .NAN"],
  ["float", { goType: "float64", value: Number.POSITIVE_INFINITY }, ".inf .Inf .INF +.inf +.Inf +.INF"],
  ["float", { goType: "float64", value: Number.NEGATIVE_INFINITY }, "-.inf -.Inf -.INF"],
];
const KNOWN = new Map(
  WORDS.flatMap(([kind, value, words]) => words.split(" ").map((word) => [word, { kind, value }])),
);
KNOWN.set("", { kind: "null", value: { goType: "nil" } });

/**
 * Resolves a scalar.
 *
 * @throws {YamlValueError} when the value contradicts its tag
 */
export function resolveScalar(scalar: YamlScalar): ScalarValue {
  const text: ScalarValue = { goType: "string", value: scalar.value };
  if (scalar.tag === "" && !scalar.implicit) return text;
  if (scalar.tag === `${TAG}binary`) return { goType: "string", value: decodeBinary(scalar.value) };
  const wanted = scalar.tag.startsWith(TAG) ? scalar.tag.slice(TAG.length) : undefined;
  if (scalar.tag !== "" && !RESOLVABLE.includes(wanted ?? "")) return text;
  if (wanted === "str") return text;
  if (wanted === "timestamp" && isTimestamp(scalar.value)) return text;
  const found = guess(scalar.value);
  if (wanted === undefined || wanted === found.kind) return found.value;
  if (wanted === "float" && found.value.goType === "int") {
    return { goType: "float64", value: Number(found.value.value) };
  }
  throw new YamlValueError(`yaml: cannot decode !!${found.kind} \`${scalar.value}\` as a !!${wanted}`);
}

function guess(text: string): { kind: Kind; value: ScalarValue } {
  const known = KNOWN.get(text);
  if (known !== undefined) return known;
  const asText = { kind: "str", value: { goType: "string", value: text } } as const;
  if (text.startsWith(".")) return /^\.[0-9]+([eE][-+]?[0-9]+)?$/.test(text) ? float(text, asText) : asText;
  if (!/^[-+0-9]/.test(text)) return asText;
  const plain = text.replaceAll("_", "");
  const integer = parseInteger(plain);
  if (integer !== undefined) return { kind: "int", value: integer };
  return /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain) ? float(plain, asText) : asText;
}

/** A number out of float64's range is an error in Go, and then stays text. */
function float(text: string, asText: { kind: Kind; value: ScalarValue }): { kind: Kind; value: ScalarValue } {
  const value = Number(text);
  return Number.isFinite(value) ? { kind: "float", value: { goType: "float64", value } } : asText;
}

/** strconv.ParseInt and ParseUint with base 0, then go-yaml's own `0b` with a sign after the prefix. */
function parseInteger(text: string): ScalarValue | undefined {
  const oddBinary = /^0b([-+][01]+)$/.exec(text)?.[1];
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/.exec(
    oddBinary === undefined ? text : `${oddBinary.charAt(0)}0b${oddBinary.slice(1)}`,
  );
  if (match === null) return undefined;
  const [, sign = "", digits = ""] = match;
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const value = sign === "-" ? -magnitude : magnitude;
  if (BigInt.asIntN(64, value) === value) return { goType: "int", value };
  return sign === "" && BigInt.asUintN(64, value) === value ? { goType: "uint64", value } : undefined;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The four layouts that go-yaml passes to time.Parse; a timestamp stays text, so this only checks the tag. */
function isTimestamp(text: string): boolean {
  const match =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+](\d{2}):(\d{2}))| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/.exec(
      text,
    );
  if (match === null) return false;
  const number = (group: number) => Number(match[group] ?? 0);
  const leap = number(1) % 4 === 0 && (number(1) % 100 !== 0 || number(1) % 400 === 0);
  const days = number(2) === 2 && leap ? 29 : (DAYS[number(2) - 1] ?? 0);
  const inDay = number(3) >= 1 && number(3) <= days;
  const inClock = [4, 9].every((hour) => number(hour) < 24 && number(hour + 1) < 60 && number(hour + 2) < 60);
  return inDay && inClock && number(7) <= 24 && number(8) <= 60;
}

/** base64.StdEncoding: padding is required, line breaks are ignored; bytes that are not UTF-8 become U+FFFD. */
function decodeBinary(text: string): string {
  const compact = text.replace(/[\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    throw new YamlValueError("yaml: !!binary value contains invalid base64 data");
  }
  return textOf(atob(compact) as ByteString);
}
