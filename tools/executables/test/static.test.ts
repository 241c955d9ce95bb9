import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFile, open, readFile, truncate } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { ROOT, runFile } from "@imagecred/workspace";
import { build, missing, program, staticRuntime, temporaryDirectory } from "../src/testing/programs.ts";

/** ELF program headers (elf(5)) that a dynamically linked file has. */
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1n;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

function segments(elf: Buffer): Segment[] {
  const [start, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: elf.readUInt32LE(at),
      offset: Number(elf.readBigUInt64LE(at + 8)),
      size: Number(elf.readBigUInt64LE(at + 32)),
    };
  });
}

describe("static executable: the file", { skip: missing("static") }, () => {
  let directory: string;
  let file: string;
  before(async () => {
    directory = temporaryDirectory();
    file = await build(program("surroundings"), "static", join(directory, "surroundings"));
  });

  test("needs no interpreter and no shared library", async () => {
    const elf = await readFile(file);
    const found = segments(elf);
    assert.ok(found.length > 0);
    assert.ok(found.every(({ type }) => type !== PT_INTERP));
    for (const { offset, size } of found.filter(({ type }) => type === PT_DYNAMIC)) {
      for (let at = offset; at < offset + size; at += 16) assert.notEqual(elf.readBigUInt64LE(at), DT_NEEDED);
    }
  });

  test("`file` says static", (t) => {
    const said = spawnSync("file", ["-b", file], { encoding: "utf8" });
    if (said.status !== 0) return t.skip("the program `file` is not installed");
    assert.match(said.stdout, /static(ally|-pie) linked/);
  });

  test("is smaller than 8 MB before a program is in it", async () => {
    assert.ok((await readFile(staticRuntime())).length < 8e6);
  });

  test("names no path of the machine that built it", async () => {
    const bytes = await readFile(file);
    for (const path of [ROOT, homedir() === "/" ? ROOT : homedir()]) {
      assert.equal(bytes.indexOf(`${path}/`), -1, path);
    }
  });

  test("says so when its end is missing, changed, or of another file", async () => {
    const whole = await readFile(file);
    const damaged = join(directory, "damaged");
    const hostSize = (await readFile(staticRuntime())).length;
    for (const length of [hostSize, hostSize + 10, whole.length - 100, whole.length - 1]) {
      await copyFile(file, damaged);
      await truncate(damaged, length);
      const { exitCode, stdout, stderr } = await runFile(damaged);
      assert.equal(exitCode, 1, `${length} of ${whole.length} bytes`);
      assert.equal(stdout, "");
      assert.match(stderr, /^damaged: .*(no program|cannot run).*\n$/);
    }
    for (let at = hostSize; at < whole.length; at += Math.ceil((whole.length - hostSize) / 40)) {
      await copyFile(file, damaged);
      const handle = await open(damaged, "r+");
      await handle.write(Buffer.from([(whole[at] ?? 0) ^ 0x40]), 0, 1, at);
      await handle.close();
      const { exitCode, stderr } = await runFile(damaged);
      assert.equal(exitCode, 1, `byte ${at}`);
      assert.match(stderr, /^damaged: [^\n]+\n$/);
    }
  });
});
