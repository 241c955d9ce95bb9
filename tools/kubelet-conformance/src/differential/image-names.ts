import fc from "fast-check";
import { anyText, damaged, pieces } from "./text.ts";

const HEX64 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const IMAGE_PIECES = [
  "nginx",
  "library",
  "docker.io",
  "index.docker.io",
  "gcr.io",
  "localhost",
  ":5000",
  ":",
  "/",
  "@",
  "sha256:",
  HEX64,
  HEX64.toUpperCase(),
  HEX64.slice(1),
  "sha512:",
  HEX64 + HEX64,
  "md5:",
  "tag",
  "v1.0",
  "_",
  "__",
  "___",
  "-",
  "--",
  ".",
  "..",
  "A",
  "a",
  "9",
  "[::1]",
  "[fe80::1]",
  "foo",
  "Foo",
  "a".repeat(120),
  "b".repeat(128),
  "c".repeat(129),
  "+",
  "sha256+b64:",
  "é",
  " ",
  "\n",
  "latest",
  "x.y-z_w",
  "%41",
] as const;

const plainImageName = fc
  .tuple(
    fc.constantFrom(
      "",
      "",
      "docker.io/",
      "index.docker.io/",
      "gcr.io/",
      "localhost/",
      "localhost:5000/",
      "R.IO/",
      "[::1]:5000/",
      "my_host/",
      "r.io:/",
    ),
    fc.array(fc.constantFrom("nginx", "library", "a-b", "a__b", "a.b", "9", "Foo", "a--b"), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.constantFrom("", "", ":tag", ":v1.0", ":_x", ":.x", `:${"t".repeat(128)}`, `:${"t".repeat(129)}`),
    fc.constantFrom(
      "",
      "",
      `@sha256:${HEX64}`,
      `@sha256:${HEX64.slice(2)}`,
      `@sha512:${HEX64}${HEX64}`,
      `@sha384:${HEX64}`,
      "@md5:abc",
      `@sha256:${HEX64.toUpperCase()}`,
    ),
  )
  .map(([domain, path, tag, digest]) => domain + path.join("/") + tag + digest);

/** An image name of a pod. */
export const imageName: fc.Arbitrary<{ image: string }> = fc.record({
  image: fc.oneof(
    plainImageName,
    damaged(plainImageName, IMAGE_PIECES),
    pieces(IMAGE_PIECES),
    fc.constant(`${"a/".repeat(130)}b`),
    anyText(),
  ),
});

/** For IsQualifiedName. */
export const qualifiedName: fc.Arbitrary<{ name: string }> = fc.record({
  name: pieces([
    "a",
    "A",
    "9",
    "-",
    "_",
    ".",
    "/",
    "example.com",
    "eks.amazonaws.com/",
    "x".repeat(63),
    "y".repeat(64),
    "z".repeat(127),
    "é",
    " ",
    "//",
    "-a",
    "a-",
  ]),
});
