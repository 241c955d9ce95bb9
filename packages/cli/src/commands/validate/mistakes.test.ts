/** Configurations with one mistake each: validate finds it at the right position, with a fix that works. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { edited } from "../../testing/edited.ts";
import { CORRECT_FILES, MISTAKES, type Mistake } from "../../testing/mistakes.ts";
import { bench } from "../../testing/run.ts";
import type { CheckedConfig, ValidateDocument } from "./document.ts";

async function check(text: string, args: readonly string[]): Promise<CheckedConfig> {
  using place = bench();
  writeFileSync(place.path("config.yaml"), text);
  const { stdout, stderr } = await place.run(["validate", "config.yaml", "-o", "json", ...args]);
  const config = (JSON.parse(stdout) as ValidateDocument).configs[0];
  assert.ok(config !== undefined, stderr);
  return config;
}

const serious = ({ findings }: CheckedConfig) => findings.filter(({ severity }) => severity !== "note");

const place = (text: string, marker: number) => {
  const before = text.slice(0, marker).split("\n");
  return [before.length, [...(before.at(-1) ?? "")].length + 1];
};

test("the files without the mistakes are accepted", async () => {
  for (const [name, { text, args }] of Object.entries(CORRECT_FILES)) {
    assert.deepEqual(serious(await check(text, args)), [], name);
  }
});

test("there are a hundred mistakes", () => {
  const all = MISTAKES.flatMap(({ variants }) => variants);
  assert.ok(all.length >= 100, `${all.length}`);
  assert.equal(new Set(all.map(({ text }) => text)).size, all.length);
});

for (const mistake of MISTAKES) {
  test(`${mistake.code}: ${mistake.what}`, async () => {
    for (const variant of mistake.variants) await tried(mistake, variant);
  });
}

async function tried(mistake: Mistake, { text, at, args }: Mistake["variants"][number]): Promise<void> {
  const found = await check(text, args);
  const finding = found.findings.find(({ code }) => code === mistake.code);
  const shown = `${text}\n${JSON.stringify(found.findings.map(({ code, message, line, column }) => [code, message, line, column]))}`;
  assert.ok(finding !== undefined, `${mistake.code} is not found in\n${shown}`);
  assert.deepEqual(
    [finding.line, finding.column],
    place(text, at),
    `the place of ${finding.message} in\n${shown}`,
  );
  assert.equal(serious(found).length, 1, `one mistake, one finding:\n${shown}`);
  if (mistake.byPerson === true) {
    assert.deepEqual(finding.edits, [], shown);
    return;
  }
  assert.notEqual(finding.edits.length, 0, `no edit for ${finding.message}: ${finding.fix}\n${text}`);
  const after = edited(text, finding);
  const again = await check(after, args);
  assert.deepEqual(
    serious(again).map(({ code, message }) => [code, message]),
    [],
    `fixed by ${finding.fix}:\n${after}`,
  );
  assert.equal(again.accepted, true);
}
