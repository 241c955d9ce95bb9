import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type Entry, gzip, tar, writeZip } from "./archive.ts";

const scratch = mkdtempSync(join(tmpdir(), "imagecred-archive-test-"));
after(() => rmSync(scratch, { recursive: true }));

const text = (content: string) => Buffer.from(content);
const entries: readonly Entry[] = [
  { path: "b/deep/file", content: text("deep"), mode: 0o644 },
  { path: "program", content: text("#!/bin/sh\necho ran\n"), mode: 0o755 },
  { path: "LICENSE", content: text("terms"), mode: 0o644 },
];
const EPOCH = 1_700_000_000;

/** The list of files that the system's tar prints. */
function listing(bytes: Uint8Array): string {
  const { stdout, stderr, status } = spawnSync(
    "tar",
    ["-tvf", "-", "--numeric-owner", "--utc", "--full-time"],
    { input: bytes, encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
  return stdout;
}

describe("archives", () => {
  test("are sorted, without names of owners, of one time, with directories before their contents", async () => {
    const lines = listing(await tar(entries, EPOCH))
      .trimEnd()
      .split("\n");
    assert.deepEqual(
      lines.map((line) => line.split(/\s+/)).map(([mode, owner, , , , name]) => `${mode} ${owner} ${name}`),
      [
        "-rw-r--r-- 0/0 LICENSE",
        "drwxr-xr-x 0/0 b/",
        "drwxr-xr-x 0/0 b/deep/",
        "-rw-r--r-- 0/0 b/deep/file",
        "-rwxr-xr-x 0/0 program",
      ],
    );
    for (const line of lines) assert.match(line, /2023-11-14 22:13:20/);
  });

  test("are the same bytes whatever the order of the entries", async () => {
    const [one, other] = await Promise.all(
      [entries, [...entries].reverse()].map(async (list) => gzip(await tar(list, EPOCH))),
    );
    assert.deepEqual(one, other);
    const [first, second] = [join(scratch, "1.zip"), join(scratch, "2.zip")];
    await writeZip(first, entries, EPOCH);
    await writeZip(second, [...entries].reverse(), EPOCH);
    assert.deepEqual(readFileSync(first), readFileSync(second));
  });

  test("unpack to the same files, with the same modes", async () => {
    const path = join(scratch, "a.tar.gz");
    writeFileSync(path, await gzip(await tar(entries, EPOCH)));
    assert.equal(spawnSync("tar", ["-xzf", path, "-C", scratch]).status, 0);
    assert.equal(spawnSync(join(scratch, "program"), { encoding: "utf8" }).stdout, "ran\n");
    assert.equal(readFileSync(join(scratch, "b/deep/file"), "utf8"), "deep");
  });

  test("zip files are read by others", async (t) => {
    const path = join(scratch, "a.zip");
    await writeZip(path, entries, EPOCH);
    const { status, stdout, error } = spawnSync("python3", ["-m", "zipfile", "-l", path], {
      encoding: "utf8",
    });
    if (error !== undefined) return t.skip("no python3 to read the zip file with");
    assert.equal(status, 0);
    for (const { path: name } of entries)
      assert.match(stdout, new RegExp(`^${name} +2023-11-14 22:13:20`, "m"));
    return undefined;
  });
});
