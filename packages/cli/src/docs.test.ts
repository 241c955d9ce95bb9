import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DOCS } from "@imagecred/workspace";
import { DEFINITIONS } from "./commands/index.ts";
import { DISTRIBUTION_IDS } from "./distributions/index.ts";
import { LINTS } from "./lint/index.ts";
import { type Bench, bench } from "./testing/run.ts";

const PAGE = join(DOCS, "imagecred.md");
const CONFIGS = join(import.meta.dirname, "../test/testdata/configs");
const UPDATE = process.env["UPDATE_GOLDEN"] === "1";

function sectionOf(page: string, command: string): string {
  const start = page.indexOf(`\n## ${command}\n`);
  assert.notEqual(start, -1, `no section on ${command}`);
  const end = page.indexOf("\n## ", start + 4);
  return page.slice(start, end < 0 ? page.length : end);
}

test("every command has a section with every option, an example, its schema and its exit codes", () => {
  const page = readFileSync(PAGE, "utf8");
  for (const { name, options } of DEFINITIONS) {
    const section = sectionOf(page, name);
    for (const option of options) {
      // Described once, for every command.
      const where = option.name === "color" ? sectionOf(page, "Common to all commands") : section;
      assert.ok(where.includes(`\`--${option.name}`), `${name} --${option.name}`);
      if (option.short !== undefined)
        assert.ok(section.includes(`\`-${option.short}\``), `${name} -${option.short}`);
    }
    assert.match(section, /```(?:console|text)\n/, name);
    assert.match(section, /\nExit codes: 0/, name);
    const schema = `${name}.schema.json`;
    assert.ok(section.includes(`](schemas/${schema})`), schema);
    assert.ok(existsSync(join(DOCS, "schemas", schema)));
  }
  for (const id of DISTRIBUTION_IDS) assert.ok(sectionOf(page, "init").includes(id), id);
});

test("the page's table of lints is up to date", () => {
  const rows = LINTS.map(
    ({ code, severity, explanation }) =>
      `| \`${code}\` | ${severity} | ${explanation.replaceAll("|", "\\|")} |`,
  );
  const table = ["| code | severity | why it hurts |", "| --- | --- | --- |", ...rows].join("\n");
  const page = readFileSync(PAGE, "utf8");
  if (UPDATE)
    writeFileSync(
      PAGE,
      page.replace(/LINT_TABLE|\| code \| severity[\s\S]*?(?=\n\n## match)/, () => table),
    );
  assert.ok(readFileSync(PAGE, "utf8").includes(table), "UPDATE_GOLDEN=1 rewrites the table");
});

/** Writes the files that the page's examples use. */
async function prepare(place: Bench): Promise<void> {
  for (const name of ["fine", "slips", "refused"])
    copyFileSync(join(CONFIGS, `${name}.yaml`), place.path(`${name}.yaml`));
  chmodSync(place.root, 0o755);
  for (const directory of ["etc/default", "etc/kubernetes", "usr/local", "usr/bin", "var/lib"])
    mkdirSync(place.path(directory), { recursive: true });
  writeFileSync(place.path("usr/bin/imagecred"), "#!/bin/sh\n");
}

function release(place: Bench): void {
  const names = ["ecr-credential-provider", "gcr-credential-provider"];
  const content = "#!/bin/sh\n";
  for (const name of names) writeFileSync(place.path("imagecred-kubeadm", name), content);
  const sum = createHash("sha256").update(content).digest("hex");
  writeFileSync(
    place.path("imagecred-kubeadm/SHA256SUMS"),
    names.map((name) => `${sum}  ${name}\n`).join(""),
  );
}

test("the page's examples show the commands' real output", async () => {
  using place = bench();
  await prepare(place);
  const page = readFileSync(PAGE, "utf8");
  let updated = page;
  for (const [block, body = ""] of page.matchAll(/```console\n([\s\S]*?)```/g)) {
    const [first = ""] = body.split("\n", 1);
    const [, words = "", head] = /^\$ imagecred (.*?)(?: \| head -n (\d+))?$/.exec(first) ?? [];
    assert.notEqual(words, "", first);
    if (words.startsWith("install")) release(place);
    const { stdout, stderr } = await place.run(words.split(" "));
    assert.equal(stderr, "", first);
    const shown = head === undefined ? stdout : `${stdout.split("\n").slice(0, Number(head)).join("\n")}\n`;
    const expected = `\`\`\`console\n${first}\n${shown}\`\`\``;
    if (UPDATE) updated = updated.replace(block, () => expected);
    else assert.equal(block, expected);
  }
  if (UPDATE) writeFileSync(PAGE, updated);
});
