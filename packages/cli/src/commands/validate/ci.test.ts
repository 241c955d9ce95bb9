/** The formats for CI, on the configurations of the pages and a hundred with a common mistake each. */
import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { DOCS } from "@imagecred/workspace";
import { MISTAKES } from "../../testing/mistakes.ts";
import { type Bench, bench } from "../../testing/run.ts";
import { sarifValidator } from "../../testing/sarif-schema.ts";
import type { Finding, ValidateDocument } from "./document.ts";

/** https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md, as far as one line goes. */
interface ProblemMatcher {
  readonly owner: string;
  readonly severity?: string;
  readonly pattern: readonly [Readonly<Record<string, number>> & { readonly regexp: string }];
}

const MATCHER = join(DOCS, "snippets/ci/imagecred-problem-matcher.json");
const { problemMatcher: matchers } = JSON.parse(readFileSync(MATCHER, "utf8")) as {
  readonly problemMatcher: readonly ProblemMatcher[];
};

/** The severities that the runner accepts (actions/runner, ActionCommandManager ignores others). */
const RUNNER_SEVERITIES = { error: "error", warning: "warning", note: "notice" } as const;

/** The annotations that the runner finds in a log with the matchers: file, line, column, severity, code and message. */
function annotations(log: string): readonly string[] {
  return log.split("\n").flatMap((line) =>
    matchers.flatMap(({ severity: fixed, pattern: [pattern] }) => {
      const match = new RegExp(pattern.regexp).exec(line);
      if (match === null) return [];
      const at = (name: string) => match[pattern[name] ?? -1] ?? "";
      return [
        [at("file"), at("line"), at("column"), fixed ?? at("severity"), at("code"), at("message")].join("|"),
      ];
    }),
  );
}

const expected = ({ file, line, column, severity, code, message }: Finding) =>
  [file, line, column, RUNNER_SEVERITIES[severity], code, message].join("|");

/** The configurations of the pages, and a hundred with one mistake each. */
const texts: readonly string[] = [
  ...globSync("snippets/config/*.yaml", { cwd: DOCS }).map((path) => readFileSync(join(DOCS, path), "utf8")),
  ...globSync(["testdata/configs/*.yaml"], { cwd: join(import.meta.dirname, "../../../test") }).map((path) =>
    readFileSync(join(import.meta.dirname, "../../../test", path), "utf8"),
  ),
  ...MISTAKES.flatMap(({ variants }) => variants.map(({ text }) => text)),
];

describe("validate in CI, on real configurations", () => {
  let place: Bench;
  let names: readonly string[];
  let findings: readonly Finding[];
  const run = async (format: string) => (await place.run(["validate", ...names, "-o", format])).stdout;

  before(async () => {
    place = bench();
    names = texts.map((text, index) => {
      const name = `config-${index}.yaml`;
      writeFileSync(place.path(name), text);
      return name;
    });
    const document = JSON.parse(await run("json")) as ValidateDocument;
    findings = document.configs.flatMap((config) => config.findings);
    assert.ok(findings.length > 100);
  });
  after(() => place[Symbol.dispose]());

  test("the problem matcher finds every finding in the human-readable output, and nothing else", async () => {
    const located = findings.filter(({ file }) => file !== null);
    assert.deepEqual(annotations(await run("human")).toSorted(), located.map(expected).toSorted());
    for (const severity of ["error", "warning", "notice"])
      assert.ok(
        located.some((one) => RUNNER_SEVERITIES[one.severity] === severity),
        severity,
      );
  });

  test("SARIF is valid by its schema, and each finding has a file and a position", async () => {
    const log = JSON.parse(await run("sarif"));
    const validate = sarifValidator();
    assert.equal(validate(log), true, JSON.stringify(validate.errors, null, 2));
    const { results } = log.runs[0];
    assert.equal(results.length, findings.length);
    for (const { locations } of results) {
      const { artifactLocation, region } = locations[0].physicalLocation;
      assert.match(artifactLocation.uri, /^config-\d+\.yaml$/);
      assert.ok(region.startLine >= 1 && region.startColumn >= 1);
    }
  });

  test("GitHub's workflow commands are one line for each finding", async () => {
    const lines = (await run("github")).trimEnd().split("\n");
    assert.equal(lines.length, findings.length);
    for (const line of lines) assert.match(line, /^::(error|warning|notice) file=config-\d+\.yaml,.*::.+$/);
  });
});
