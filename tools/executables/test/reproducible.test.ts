import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { RUNTIMES } from "@imagecred/workspace";
import { programs } from "../src/programs.ts";
import { build, missing, temporaryDirectory } from "../src/testing/programs.ts";

for (const runtime of RUNTIMES) {
  describe(`${runtime} executables: two builds are the same bytes`, { skip: missing(runtime) }, () => {
    const directory = temporaryDirectory();
    for (const executable of programs) {
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
