import type { Random } from "./random.ts";

/** Texts that are known to break programs. */
export const ODD_TEXTS: readonly string[] = [
  "",
  " ",
  "\t",
  "0",
  "-1",
  "1e9",
  "1e999",
  "NaN",
  "null",
  "true",
  "undefined",
  "constructor",
  "__proto__",
  "toString",
  "a".repeat(300),
  "é",
  "日本",
  "💥",
  "a b",
  "a,b",
  "a=b",
  "a:b",
  "a@b",
  "a/b",
  "a\\b",
  'a"b',
  "a'b",
  "a%b",
  "a%2fb",
  "%00",
  "a#b",
  "a?b",
  "../../etc/passwd",
  "/dev/null",
  "/",
  ".",
  "https://",
  "http://",
  "http://127.0.0.1:9",
  "https://127.0.0.1:9/",
  "http://[::1]:9",
  "http://[::1",
  "http://a b/",
  "//host",
  "host:99999",
  "host:port",
  "localhost",
  "127.0.0.1",
  "[::1]",
  "::1",
  "xn--nxasmq6b",
  "a..b",
  ".a",
  "a.",
  "A.B",
  "*.a",
  "$HOME",
  "$(id)",
  "`id`",
  "\u007f",
  "\u0085",
  "\u202e",
  "\u200b",
  "\ufeff",
  "\u0001",
  "a\nb",
  "a\r\nb",
];

/** An odd text that an argument or a variable can hold: no NUL. */
export function oddText(random: Random): string {
  const text = random.pick(ODD_TEXTS);
  return random.chance(0.15) ? text + random.pick(ODD_TEXTS) : text;
}

/** Values that are rarely valid in a field. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  2 ** 53,
  "",
  " ",
  [],
  {},
  [null],
  { a: 1 },
  [[[[]]]],
  "x".repeat(5000),
  "1969-12-31T23:59:59Z",
  "2200-01-01T00:00:00Z",
  "not a date",
  "0",
  "-5",
  "99999999999999999999",
];

function oddValue(random: Random): unknown {
  return random.chance(0.5) ? random.pick(ODD_VALUES) : oddText(random);
}

/** A copy of a JSON value with one change: another value, or a key that is added, removed or renamed. */
export function mutatedJson(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.3)) return oddValue(random);
    const index = random.below(value.length);
    return value.map((each, at) => (at === index ? mutatedJson(each, random) : each));
  }
  if (typeof value !== "object" || value === null) return oddValue(random);
  const entries = Object.entries(value);
  if (entries.length === 0 || random.chance(0.1)) return oddValue(random);
  const index = random.below(entries.length);
  const [key, old] = entries[index] as [string, unknown];
  const replaced = (change: readonly [string, unknown][]) =>
    Object.fromEntries([...entries.slice(0, index), ...change, ...entries.slice(index + 1)]);
  switch (random.below(6)) {
    case 0:
      return replaced([]);
    case 1:
      return replaced([[random.chance(0.5) ? key.toUpperCase() : key.toLowerCase(), old]]);
    case 2:
      return replaced([
        [key, old],
        [oddText(random), oddValue(random)],
      ]);
    case 3:
      return replaced([[key, typeof old === "string" ? old + oddText(random) : oddValue(random)]]);
    default:
      return replaced([[key, mutatedJson(old, random)]]);
  }
}

/** JSON text in a form that parsers disagree on. */
export function oddJson(value: unknown, random: Random): string | Uint8Array {
  const text = JSON.stringify(value);
  switch (random.below(14)) {
    case 0:
      return `\ufeff${text}`;
    case 1:
      return `${text}\n\n \t`;
    case 2:
      return `${text}{}`;
    case 3:
      return text.slice(0, random.below(text.length));
    case 4:
      return text.replace(/,/, ",,");
    case 5:
      return text.replace(/}$/, ",}");
    case 6:
      return text.replaceAll('"', "'");
    case 7:
      return text.replace(/^\{/, `{${JSON.stringify(Object.keys(value as object)[0] ?? "a")}:1,`);
    case 8:
      // Thousands of levels are too deep for QuickJS, but not for V8.
      return `${"[".repeat(500)}${"]".repeat(500)}`;
    case 9:
      return Buffer.from(text, "utf16le");
    case 10:
      return damaged(Buffer.from(text), random);
    case 11:
      return text.replace(/:"/, ':"\\ud800');
    case 12:
      return text.replace(/:"/, ':"\u0000');
    default:
      return `// a comment\n${text}`;
  }
}

/** Bytes with a few of them changed, removed or doubled. */
export function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  let out = Buffer.from(bytes);
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(out.length + 1);
    const junk = Buffer.from([
      random.pick([0, 0xff, 0xc3, 0x80, 0x0a, 0x0d, 0x22, 0x7b, 0x20, random.below(256)]),
    ]);
    const length = random.chance(0.5) ? 0 : 1 + random.below(3);
    out = Buffer.concat([
      out.subarray(0, at),
      random.chance(0.7) ? junk : Buffer.alloc(0),
      out.subarray(at + length),
    ]);
  }
  return out;
}
