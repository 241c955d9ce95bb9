import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { type Bench, bench } from "../../testing/run.ts";
import { sarifValidator } from "../../testing/sarif-schema.ts";
import { RULES } from "./rules.ts";

const FILE = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: custom
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "10m"
    matchImages: ["https://r.io", "R.io", "😀.io/team"]
    args: ["--name=$USER, 100%"]
`;

function put(place: Bench): void {
  writeFileSync(place.path("one.yaml"), FILE);
  writeFileSync(place.path("two file.yaml"), FILE.replace("kind: CredentialProviderConfig\n", ""));
  writeFileSync(place.path("fine.yaml"), FILE.replace(/\["https.*/, '["r.io"]').replace(/ {4}args.*\n/, ""));
}

/** The parts of a SARIF log that these tests check. */
interface SarifLog {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex?: number;
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
      }[];
      readonly fixes?: readonly { readonly artifactChanges: readonly { readonly replacements: unknown }[] }[];
    }[];
  }[];
}

test("SARIF is valid by its schema, with rules, positions and fixes", async () => {
  using place = bench();
  put(place);
  const { code, stdout } = await place.run([
    "validate",
    "one.yaml",
    "two file.yaml",
    "fine.yaml",
    "-o",
    "sarif",
  ]);
  assert.equal(code, 1);
  const log = JSON.parse(stdout) as SarifLog;
  const validate = sarifValidator();
  assert.equal(validate(log), true, JSON.stringify(validate.errors, null, 2));
  assert.equal(validate({ ...log, version: "3" }), false, "the schema rejects another version");
  const [run] = log.runs;
  assert.ok(run !== undefined);
  assert.equal(run.tool.driver.rules.length, RULES.length);
  for (const { ruleId, ruleIndex } of run.results) {
    if (ruleIndex !== undefined) assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId);
  }
  const scheme = run.results.find(({ ruleId }) => ruleId === "scheme");
  assert.deepEqual(scheme?.locations[0]?.physicalLocation, {
    artifactLocation: { uri: "one.yaml" },
    region: { startLine: 7, startColumn: 19 },
  });
  assert.deepEqual(scheme?.fixes?.[0]?.artifactChanges[0]?.replacements, [
    {
      deletedRegion: { startLine: 7, startColumn: 19, endLine: 7, endColumn: 33 },
      insertedContent: { text: '"r.io"' },
    },
  ]);
  const head = run.results.find(({ ruleId }) => ruleId === "missing-kind");
  assert.equal(head?.locations[0]?.physicalLocation.artifactLocation.uri, "two%20file.yaml");
});

test("GitHub's annotations: one line each, with separators escaped", async () => {
  using place = bench();
  put(place);
  const { code, stdout } = await place.run(["validate", "one.yaml", "-o", "github"]);
  assert.equal(code, 1);
  const lines = stdout.trimEnd().split("\n");
  assert.ok(
    lines.every((line) => /^::(?:error|warning|notice) file=[^:]*::.+$/.test(line)),
    stdout,
  );
  assert.equal(
    lines[0],
    '::warning file=one.yaml,line=7,col=19,title=imagecred scheme::"https://r.io" has a scheme%0Afix: write "r.io"',
  );
  assert.equal((await place.run(["validate", "fine.yaml", "-o", "github"])).stdout, "");
});

test("JUnit: a suite for each configuration, a case for each finding, well-formed XML", async () => {
  using place = bench();
  put(place);
  const { stdout } = await place.run(["validate", "one.yaml", "fine.yaml", "-o", "junit"]);
  assert.match(
    stdout,
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="imagecred validate" tests="(\d+)" failures="(\d+)">/,
  );
  assert.equal(stdout.match(/<testsuite /g)?.length, 2);
  assert.match(
    stdout,
    /<testsuite name="fine\.yaml" tests="1" failures="0">\n {4}<testcase name="accepted" classname="fine\.yaml"\/>/,
  );
  assert.match(stdout, /message="&quot;https:\/\/r\.io&quot; has a scheme"/);
  // Tags are balanced, and text has no unescaped <.
  const open: string[] = [];
  for (const [, close, name = "", empty] of stdout
    .replace(/^<\?.*\?>\n/, "")
    .matchAll(/<(\/?)([a-z-]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (close === "/") assert.equal(open.pop(), name);
    else if (empty !== "/") open.push(name);
  }
  assert.deepEqual(open, []);
  assert.ok(!/&(?!amp;|lt;|gt;|quot;)/.test(stdout));
});
