import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import type { CheckedConfig, ValidateDocument } from "../commands/validate/document.ts";
import { edited } from "../testing/edited.ts";
import { CASES, type Case, fileOf } from "../testing/lint-cases/index.ts";
import { bench } from "../testing/run.ts";
import { LINTS } from "./index.ts";

type Findings = CheckedConfig["findings"];

interface Seen {
  readonly findings: Findings;
  readonly text: string;
}

async function look(one: Case, text = fileOf(one)): Promise<Seen> {
  using place = bench();
  writeFileSync(place.path("config.yaml"), text);
  one.prepare?.(place);
  const { stdout, stderr } = await place.run(["validate", "config.yaml", "-o", "json", ...(one.args ?? [])]);
  assert.notEqual(stdout, "", stderr);
  return { findings: (JSON.parse(stdout) as ValidateDocument).configs[0]?.findings ?? [], text };
}

const WEIGHT = { error: 10_000, warning: 100, note: 1 } as const;
const weight = (findings: Findings) => findings.reduce((sum, { severity }) => sum + WEIGHT[severity], 0);

async function findings(one: Case): Promise<Findings> {
  return (await look(one)).findings;
}

test("every lint has a case that it reports and one that it does not", () => {
  assert.deepEqual(LINTS.map(({ code }) => code).sort(), Object.keys(CASES).sort());
});

for (const lint of LINTS) {
  const { hits = [], misses = [] } = CASES[lint.code] ?? {};
  test(`${lint.code} reports`, async () => {
    assert.notEqual(hits.length, 0);
    for (const one of hits) {
      const found = (await findings(one)).filter(({ code }) => code === lint.code);
      assert.notEqual(found.length, 0, `nothing for ${fileOf(one)}`);
      for (const { message, fix, explanation, severity, source, line, column } of found) {
        assert.equal(source, "lint");
        assert.equal(severity, lint.severity);
        assert.equal(explanation, lint.explanation);
        assert.ok(message.length > 10 && fix.length > 5);
        assert.ok((line ?? 0) >= 1 && (column ?? 0) >= 1);
      }
      for (const finding of found) {
        if (finding.edits.length === 0) continue;
        const fixed = await look(one, edited(fileOf(one), finding));
        assert.ok(
          weight(fixed.findings) < weight(await findings(one)),
          `the fix of ${lint.code} is not better: ${finding.fix}\n${fileOf(one)}\n${fixed.text}\n${JSON.stringify(fixed.findings.map(({ code, message }) => [code, message]))}`,
        );
      }
      const [first] = found;
      if (one.says !== undefined) assert.match(`${first?.message}\n${first?.fix}`, one.says);
      for (const pattern of one.fixed ?? [])
        assert.match(edited(fileOf(one), first as Findings[number]), pattern);
      if (one.at !== undefined) {
        assert.deepEqual(
          found.map(({ line, column }) => [line, column]),
          [one.at],
        );
      }
    }
  });
  test(`${lint.code} does not report`, async () => {
    for (const one of misses) {
      const found = (await findings(one)).filter(({ code }) => code === lint.code);
      assert.deepEqual(found, [], fileOf(one));
    }
  });
}

test("an ignored lint reports nothing, and an unknown code is a usage error", async () => {
  using place = bench();
  writeFileSync(place.path("config.yaml"), fileOf({ match: '["R.io"]' }));
  assert.equal((await place.run(["validate", "config.yaml"])).code, 1);
  assert.equal((await place.run(["validate", "config.yaml", "--ignore", "upper-case"])).code, 0);
  const wrong = await place.run(["validate", "config.yaml", "--ignore", "nonsense"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--ignore nonsense: unknown; expected one of .*path-prefix/);
});

test("no output contains secrets", async () => {
  using place = bench();
  const secrets = ["hunter22", "topsecretpw", "AKIASECRETVALUE"];
  writeFileSync(
    place.path("config.yaml"),
    fileOf({
      match: `["user:${secrets[1]}@r.io"]`,
      provider: `env: [{name: PASSWORD, value: ${secrets[0]}}, {name: SECRET_KEY, value: ${secrets[2]}}]`,
    }),
  );
  for (const format of ["human", "json"]) {
    const { stdout } = await place.run(["validate", "config.yaml", "-o", format]);
    for (const secret of secrets) assert.ok(!stdout.includes(secret), `${secret} in ${stdout}`);
  }
});
