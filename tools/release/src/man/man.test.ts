import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { acrFacts } from "@imagecred/acr/facts";
import { DEFINITIONS } from "@imagecred/cli";
import { ecrFacts } from "@imagecred/ecr/facts";
import { gcrFacts } from "@imagecred/gcr/facts";
import { notInstalled } from "@imagecred/workspace";
import { PROGRAMS } from "../assets.ts";
import { manualOf } from "./pages.ts";
import { escaped } from "./roff.ts";

const RELEASE = { version: "1.2.3", date: 1_790_000_000 };

describe("manual pages", () => {
  test("have every command and option of imagecred", () => {
    const { path, text } = manualOf("imagecred", RELEASE);
    assert.equal(path, "man1/imagecred.1");
    for (const { name, options } of DEFINITIONS) {
      assert.ok(text.includes(`.SH COMMAND ${name.toUpperCase()}\n`), name);
      for (const option of options)
        assert.ok(text.includes(escaped(`--${option.name}`)), `${name} --${option.name}`);
    }
  });

  for (const [name, { flags }] of [
    ["ecr-credential-provider", ecrFacts],
    ["acr-credential-provider", acrFacts],
    ["gcr-credential-provider", gcrFacts],
  ] as const)
    test(`have every flag of ${name}`, () => {
      const { text } = manualOf(name, RELEASE);
      const shown = Object.entries(flags).filter(([, spec]) => !("ignored" in spec));
      assert.ok(shown.length > 10);
      for (const [flag] of shown) assert.ok(text.includes(escaped(`--${flag}`)), flag);
    });

  for (const program of PROGRAMS)
    test(`${program}: groff has no warning`, { skip: notInstalled("groff") ?? false }, () => {
      const { text } = manualOf(program, RELEASE);
      const { status, stdout, stderr } = spawnSync("groff", ["-man", "-Tutf8", "-ww", "-P-c"], {
        input: text,
        encoding: "utf8",
      });
      assert.equal(status, 0);
      assert.equal(stderr, "");
      assert.match(stdout, new RegExp(`${program} - `));
    });

  test("text is never a request", () => {
    assert.equal(escaped(".so /etc/passwd\n'x\na\\b"), "\\&.so /etc/passwd\n\\&'x\na\\eb");
    const resource = "projects/N/locations/global/workloadIdentityPools/POOL";
    assert.equal(escaped(resource), resource.replaceAll("/", "/\\:"));
  });
});
