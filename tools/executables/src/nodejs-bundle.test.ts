import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bundleNodejs } from "./nodejs-bundle.ts";
import { programs } from "./programs.ts";

/** Node.js's modules that take milliseconds to load, and that most runs need late or not at all. */
const SLOW = ["node:child_process", "node:crypto", "node:dns", "node:fs/promises", "node:tls"];

for (const program of programs.filter(({ name }) => name !== "imagecred")) {
  test(`${program.name}: what Node.js reads at every start is short`, async () => {
    const directory = mkdtempSync(join(tmpdir(), "imagecred-bundle-"));
    try {
      const { entry, assets } = await bundleNodejs(program, directory);
      const [start = "", ...later] = [entry, ...Object.values(assets)].map((file) =>
        readFileSync(join(directory, file), "utf8"),
      );
      assert.equal(/[^\p{ASCII}]/u.exec(start)?.[0], undefined);
      const required = [...start.matchAll(/require\("(node:[\w/]+)"\)/g)].map(([, name = ""]) => name);
      assert.deepEqual(
        required.filter((name) => SLOW.includes(name)),
        [],
      );
      // The part for TLS uses no second interface to the file system.
      assert.deepEqual(
        later.filter((code) => code.includes('require("node:tls")') && code.includes("fs/promises")),
        [],
      );
      assert.ok(required.includes("node:net"), "the pattern finds what the start loads");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
}
