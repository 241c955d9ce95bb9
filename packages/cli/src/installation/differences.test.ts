import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { crypto } from "@imagecred/protocol/runtime";
import fc from "fast-check";
import { differences, type Version } from "./differences.ts";
import { fileState } from "./file-state.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
function version(data: Uint8Array | string, mode = 0o644, uid = 0, gid = 0): Version {
  const content = typeof data === "string" ? bytes(data) : data;
  return { data: content, state: fileState(content, mode, { uid, gid }, crypto) };
}
const TEXT = { content: true };

test("patch(1) applies a diff of text", () => {
  const directory = mkdtempSync(join(tmpdir(), "imagecred-diff-"));
  try {
    const file = join(directory, "file");
    const line = fc.constantFrom("a\n", "b\n", "\n", "--- a\n", "+x\n", "end without a line end");
    const text = fc.array(line, { minLength: 1, maxLength: 12 }).map((lines) => lines.join(""));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = differences("/etc/file", version(before), version(after), TEXT);
        writeFileSync(file, before);
        if (diff !== "") execFileSync("patch", ["--silent", "--fuzz=0", file], { input: diff });
        assert.equal(readFileSync(file, "utf8"), after);
      }),
      { numRuns: 30 },
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("added and removed files, modes, owners, and content that is not text", () => {
  assert.equal(
    differences("/f", undefined, version("a\n"), TEXT),
    "--- /dev/null\n+++ /f\n@@ -0,0 +1,1 @@\n+a\n",
  );
  assert.equal(
    differences("/f", version("a\n"), undefined, TEXT),
    "--- /f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n",
  );
  assert.equal(differences("/f", version("a\n"), version("a\n"), TEXT), "");
  assert.equal(
    differences("/f", version("a\n", 0o4755, 7, 8), version("a\n", 0o600), TEXT),
    "mode of /f: 4755 -> 0600\nowner of /f: 7:8 -> 0:0\n",
  );
  const sum = (data: Version) => data.state.sha256;
  const [elf, other] = [version("\x7fELF\0one"), version(new Uint8Array([0xff, 0xfe]))];
  assert.equal(differences("/f", elf, other, TEXT), `--- /f\n-SHA-256 ${sum(elf)}\n+SHA-256 ${sum(other)}\n`);
  const script = version("#!/bin/sh\n");
  assert.equal(
    differences("/f", undefined, script, { content: false }),
    `--- /f\n-SHA-256 (no file)\n+SHA-256 ${sum(script)}\n`,
  );
});
