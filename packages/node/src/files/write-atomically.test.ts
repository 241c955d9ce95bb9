import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { asRoot } from "../testing/privileges.ts";
import { temporary } from "../testing/temporary.ts";
import type { WritableFiles } from "./files.ts";
import { nodeFiles } from "./nodejs.ts";
import { SystemError } from "./system-error.ts";
import { type AtomicWrite, writeAtomically } from "./write-atomically.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const write = (path: string, more: Partial<AtomicWrite> = {}): AtomicWrite => ({
  path,
  data: bytes("new\n"),
  mode: 0o644,
  unique: "u",
  backupName: (name, attempt) => `${name}${attempt === 1 ? "" : `-${attempt}`}.bak`,
  ...more,
});
const modeOf = (path: string) => statSync(path).mode & 0o7777;

test("a new file, an unchanged one, and a replaced one with its backup", () => {
  using place = temporary();
  const path = join(place.path, "f");
  assert.deepEqual(writeAtomically(nodeFiles, write(path, { owner: owner() })), {
    state: "created",
    backup: undefined,
  });
  assert.deepEqual(writeAtomically(nodeFiles, write(path)), { state: "unchanged", backup: undefined });
  const inode = statSync(path).ino;
  const again = writeAtomically(nodeFiles, write(path, { data: bytes("newer\n") }));
  assert.deepEqual(again, { state: "replaced", backup: `${path}.bak` });
  assert.notEqual(statSync(path).ino, inode);
  assert.equal(readFileSync(`${path}.bak`, "utf8"), "new\n");
  assert.equal(writeAtomically(nodeFiles, write(path)).backup, `${path}-2.bak`);
  assert.deepEqual(readdirSync(place.path).sort(), ["f", "f-2.bak", "f.bak"]);
});

test("modes never widen, the owner is kept, and plugins are executable", asRoot("chown"), () => {
  using place = temporary();
  const path = place.write("f", "old\n", 0o600);
  chownSync(path, 0, 50);
  const { backup } = writeAtomically(nodeFiles, write(path));
  assert.deepEqual([modeOf(path), statSync(path).gid], [0o600, 50]);
  assert.deepEqual([modeOf(backup ?? ""), statSync(backup ?? "").gid], [0o600, 50]);
  chmodSync(path, 0o666);
  writeAtomically(
    nodeFiles,
    write(path, { data: bytes("x"), mode: 0o755, needs: 0o500, owner: { uid: 0, gid: 0 } }),
  );
  assert.deepEqual([modeOf(path), statSync(path).gid], [0o744, 0]);
});

test("does not write through links or over directories", () => {
  using place = temporary();
  const target = place.write("target", "theirs\n");
  symlinkSync(target, join(place.path, "link"));
  mkdirSync(join(place.path, "d"));
  for (const name of ["link", "d"]) {
    assert.throws(() => writeAtomically(nodeFiles, write(join(place.path, name))), { code: "EINVAL" });
  }
  assert.equal(readFileSync(target, "utf8"), "theirs\n");
  assert.deepEqual(readdirSync(place.path).sort(), ["d", "link", "target"]);
});

test("after any failure the old file is unchanged and no temporary file is left", () => {
  for (const call of ["create", "changeOwner", "changeMode", "read", "rename"] as const) {
    for (const failAt of [1, 2]) {
      using place = temporary();
      const path = place.write("f", "old\n");
      let calls = 0;
      const failing: WritableFiles = {
        ...nodeFiles,
        [call]: (...args: never[]) => {
          const isRead = call === "read";
          calls += 1;
          if (calls === failAt + (isRead ? 1 : 0)) {
            // On a full disk, only the beginning of a file is written.
            if (call === "create") nodeFiles.create(args[0] ?? "", bytes("n"), 0o600);
            throw new SystemError("ENOSPC", path);
          }
          return Reflect.apply(nodeFiles[call], nodeFiles, args);
        },
      };
      assert.throws(() => writeAtomically(failing, write(path)), { code: "ENOSPC" }, `${call} ${failAt}`);
      assert.equal(readFileSync(path, "utf8"), "old\n");
      const left = readdirSync(place.path).filter((name) => name !== "f" && name !== "f.bak");
      assert.deepEqual(left, [], `${call} ${failAt}`);
      if (readdirSync(place.path).includes("f.bak"))
        assert.equal(readFileSync(`${path}.bak`, "utf8"), "old\n");
    }
  }
});

function owner(): { uid: number; gid: number } {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
