import fc from "fast-check";
import { anyText, damaged, pieces } from "./text.ts";

const LABELS = [
  "r",
  "io",
  "registry",
  "example",
  "com",
  "123456789012",
  "dkr",
  "ecr",
  "us-west-2",
  "azurecr",
  "pkg",
  "dev",
];
const GLOBS = [
  "*",
  "?",
  "*a",
  "r*",
  "r?o",
  "[a-z]",
  "[!a]",
  "[^a-c]",
  "\\*",
  "[",
  "]",
  "[]a]",
  "[a-",
  "**",
  "x-*",
];
const PORTS = ["", "", "", ":", ":443", ":5000", ":0", ":65536", ":x", ":*", ":-1", ":05000", ":५"];
const PATHS = [
  "",
  "",
  "/",
  "/foo",
  "/foo/",
  "/foobar",
  "/foo/bar",
  "//",
  "/*",
  "/%2F",
  "/%zz",
  "/a b",
  "/é",
  "/foo?x",
  "/foo#f",
];
const URL_PIECES = [
  "r.io",
  "*.r.io",
  "*",
  "?",
  ".",
  ":",
  "5000",
  ":443",
  "/",
  "foo",
  "//",
  "@",
  "user:p@",
  "?x=1",
  "#f",
  "#",
  "[",
  "]",
  "[::1]",
  "[fe80::1%25eth0]",
  "[::ffff:1.2.3.4]",
  "%41",
  "%2F",
  "%zz",
  "%",
  "\\",
  "\t",
  " ",
  "\n",
  "\u007f",
  "é",
  "{",
  "}",
  "^",
  "-",
  "_",
  "..",
  "\u0000",
  "[a-z]",
  "[!a]",
  "[^a]",
  "\\*",
  "A",
  "http://",
  "https://",
  "localhost",
  "~",
  "|",
  "<",
  ">",
  '"',
  "`",
  "'",
  ";",
  "&",
  "=",
  "+",
  "$",
  ",",
  "(",
  ")",
  "!",
  "%25",
  "%E9",
  "%00",
  "::",
  "[]",
  "[::1",
  "v1.x",
  "10.0.0.1",
] as const;

/** The host of a pattern: labels, or labels with globs among them. */
function host(labels: readonly string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...labels), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
}

const plainImage = fc
  .tuple(host(LABELS), fc.constantFrom(...PORTS), fc.constantFrom(...PATHS))
  .map((parts) => parts.join(""));

const plainGlob = fc
  .tuple(host([...LABELS, ...GLOBS]), fc.constantFrom(...PORTS), fc.constantFrom(...PATHS))
  .map((parts) => parts.join(""));

/** A pattern of matchImages, or something similar. */
export const glob: fc.Arbitrary<string> = fc.oneof(
  plainGlob,
  damaged(plainGlob, URL_PIECES),
  pieces(URL_PIECES),
  anyText(),
);

/** An image name without tag and digest, which the kubelet matches against the patterns. */
export const repository: fc.Arbitrary<string> = fc.oneof(
  plainImage,
  damaged(plainImage, URL_PIECES),
  pieces(URL_PIECES),
);

/** A pattern with a repository that has a fair chance to match it: the pattern, with its wildcards filled in. */
export const globAndImage: fc.Arbitrary<{ glob: string; image: string }> = fc.oneof(
  fc.record({ glob, image: repository }),
  fc
    .tuple(
      fc.oneof(plainGlob, damaged(plainGlob, URL_PIECES)),
      fc.constantFrom("", "a", "xyz"),
      fc.constantFrom("", "", "x", "/bar", "bar"),
    )
    .map(([pattern, filling, rest]) => ({
      glob: pattern,
      image:
        pattern
          .replaceAll("*", filling)
          .replaceAll("?", "q")
          .replace(/\[[^\]]*\]/g, "a") + rest,
    })),
);

/** Input for url.Parse. */
export const url: fc.Arbitrary<{ url: string }> = fc.record({
  url: fc.oneof(glob, repository, pieces(URL_PIECES, { max: 12 })),
});

/** Input for filepath.Match. */
export const patternAndName: fc.Arbitrary<{ pattern: string; name: string }> = fc.record({
  pattern: pieces([
    "*",
    "?",
    "[",
    "]",
    "[a-z]",
    "[^a]",
    "[!a]",
    "-",
    "^",
    "\\",
    "\\*",
    "a",
    "b",
    "abc",
    "é",
    "/",
    "[é-ü]",
    "[]",
    "[a",
    "[\\]]",
    "[a-",
    "日",
  ]),
  name: pieces(["a", "b", "c", "abc", "é", "/", "-", "^", "]", "[", "\\", "*", "日", "ü", "."]),
});
