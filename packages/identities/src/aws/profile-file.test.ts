import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { crateSource } from "@imagecred/vectors";
import fc from "fast-check";
import { mergeProfiles, ProfileSyntaxError, parseProfileFile } from "./profile-file.ts";

function profiles(config: string, credentials = ""): Record<string, Record<string, string>> {
  const merged = mergeProfiles(
    parseProfileFile(config, "config"),
    parseProfileFile(credentials, "credentials"),
  );
  return Object.fromEntries([...merged].map(([name, settings]) => [name, Object.fromEntries(settings)]));
}

const { directory, missing } = crateSource("aws-runtime", "1.10.2");

describe("AWS's own vectors (aws-runtime, profile-parser-tests.json)", { skip: missing ?? false }, () => {
  interface Vector {
    readonly name: string;
    readonly input: { readonly configFile?: string; readonly credentialsFile?: string };
    readonly output: {
      readonly config?: { readonly profiles: Record<string, Record<string, string>> };
      readonly errorContaining?: string;
    };
  }
  const file = join(directory, "test-data/profile-parser-tests.json");
  const vectors: readonly Vector[] =
    missing === undefined ? JSON.parse(readFileSync(file, "utf8")).tests : [];

  test("there are 65 vectors", { skip: missing ?? false }, () => assert.equal(vectors.length, 65));

  for (const { name, input, output } of vectors) {
    test(name, () => {
      const parse = () => profiles(input.configFile ?? "", input.credentialsFile ?? "");
      if (output.errorContaining === undefined) return assert.deepEqual(parse(), output.config?.profiles);
      assert.throws(
        parse,
        (error) =>
          error instanceof ProfileSyntaxError && error.message.includes(output.errorContaining ?? ""),
      );
    });
  }
});

describe("extensions that AWS's tools accept", () => {
  for (const [what, text, expected] of [
    ["settings that are all indented", "[default]\n  a = 1\n  b = 2\n", { default: { a: "1", b: "2" } }],
    [
      "values in quotes, as in AWS's SDK for Go",
      `[default]\na = "x"\nb = 'y z' # c\nc = "x\nd = "x' \ncredential_process = "/a b/c"\n`,
      { default: { a: "x", b: "y z", c: '"x', d: `"x'`, credential_process: '"/a b/c"' } },
    ],
    ["an indented comment", "[default]\na = 1\n  # b = 2\n  ; c = 3\n", { default: { a: "1" } }],
    ["a name in quotes, with spaces", '[profile "my puller"]\na = 1\n', { "my puller": { a: "1" } }],
    ["a byte order mark", "\uFEFF[default]\na = 1\n", { default: { a: "1" } }],
    ["spaces inside the brackets", "[ default ]\na = 1\n", { default: { a: "1" } }],
    ["letter case of settings", "[default]\nRole_ARN = x\n", { default: { role_arn: "x" } }],
  ] as const) {
    test(what, () => assert.deepEqual(profiles(text), expected));
  }
});

test("an error has the line's number and does not quote the line", () => {
  assert.throws(
    () => parseProfileFile("[default]\naws_secret_access_key: wJalrXUtnFEMI\n", "credentials"),
    (error) => error instanceof ProfileSyntaxError && error.line === 2 && !error.message.includes("wJal"),
  );
});

test("any text is parsed or refused with a ProfileSyntaxError", () => {
  const piece = fc.constantFrom(
    "[",
    "]",
    "profile ",
    "default",
    "=",
    " ",
    "\t",
    "\n",
    "\r\n",
    "#",
    ";",
    '"',
    "a",
    "b-1",
  );
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join("")),
      (text) => {
        for (const kind of ["config", "credentials"] as const) {
          try {
            parseProfileFile(text, kind);
          } catch (error) {
            assert.ok(error instanceof ProfileSyntaxError, String(error));
          }
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
