import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { executables, exists } from "../src/executables.ts";
import { build, missing, runtimes, temporaryDirectory } from "./support/programs.ts";

for (const runtime of runtimes) {
  describe(`${runtime} executables: two builds are the same bytes`, { skip: missing(runtime) }, () => {
    const directory = temporaryDirectory();
    for (const executable of executables.filter(exists)) {
      test(executable.name, async () => {
        const digest = async (out: string) => {
          const file = await build(executable, runtime, join(directory, out));
          return createHash("sha256")
            .update(await readFile(file))
            .digest("hex");
        };
        assert.equal(await digest("first"), await digest("second"));
      });
    }
  });
}
