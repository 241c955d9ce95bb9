import fc from "fast-check";
import { anyText, pieces } from "./text.ts";

const NUMBERS = [
  "0",
  "1",
  "10",
  "1.5",
  ".5",
  "1.",
  "0.000000001",
  "9223372036",
  "9223372037",
  "106751991167",
  "9223372036854775807",
  "9223372036854775808",
  "00",
  "1e3",
  "0x1",
  "1_000",
  "∞",
  ".",
];
const UNITS = ["ns", "us", "µs", "μs", "ms", "s", "m", "h", "d", "S", "", " ", "hr", "min"];

/** For time.ParseDuration. */
export const durationText: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("", "", "-", "+", "--", " "),
      fc.array(fc.tuple(fc.constantFrom(...NUMBERS), fc.constantFrom(...UNITS)), { maxLength: 4 }),
    )
    .map(([sign, parts]) => sign + parts.map((part) => part.join("")).join("")),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map((n) => `${n}ns`),
  fc
    .tuple(
      fc.bigInt({ min: 0n, max: 2n ** 34n }),
      fc.nat(999_999_999),
      fc.constantFrom("s", "ms", "us", "m", "h"),
    )
    .map(([whole, rest, unit]) => `${whole}.${rest}${unit}`),
  pieces([...NUMBERS, ...UNITS, "-", "+"]),
  anyText(),
);

export const duration: fc.Arbitrary<{ text: string }> = fc.record({ text: durationText });

/** For strconv.Quote. */
export const quote: fc.Arbitrary<{ text: string }> = fc.record({
  text: fc.oneof(
    anyText(20),
    pieces([
      '"',
      "\\",
      "\u007f",
      "\u00a0",
      "\u00ad",
      "\u2028",
      "\ufeff",
      "\u{10ffff}",
      "\u{e000}",
      "'",
      "`",
      "\u0000",
      "é",
      "𝒳",
    ]),
  ),
});

/** For the cache's keys. */
export const cacheKey: fc.Arbitrary<{ base: string; serviceAccountKeyHex: string }> = fc.record({
  base: fc.oneof(fc.constantFrom("<global>", "r.io", "r.io:5000", ""), anyText(40)),
  serviceAccountKeyHex: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("hex")),
});

/** For the request that a plugin reads. */
export const request: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    apiVersion: fc
      .constantFrom("v1", "v1beta1", "v1alpha1")
      .map((v) => `credentialprovider.kubelet.k8s.io/${v}`),
    image: fc.oneof(
      fc.constant("r.io/image"),
      pieces([
        "<",
        ">",
        "&",
        "\u2028",
        "\u2029",
        '"',
        "\\",
        "/",
        "a",
        "é",
        "\u0000",
        "\u0008",
        "\u000c",
        "\u007f",
      ]),
      anyText(20),
    ),
    serviceAccountToken: fc.oneof(fc.constant(""), anyText(20)),
    serviceAccountAnnotations: fc.dictionary(
      fc.oneof(fc.constantFrom("b", "a", "B", "a/b", "é", "z"), anyText(4)),
      anyText(6),
      { maxKeys: 4 },
    ),
  },
  { requiredKeys: ["apiVersion", "image"] },
);
