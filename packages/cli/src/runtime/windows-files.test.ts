import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileStatus } from "@imagecred/node";
import { fileSystem } from "./nodejs.ts";
import { windowsFiles } from "./windows-files.ts";

test("on Windows, programs are executable by their extension, and no mode lets other users write", () => {
  // The mode that libuv reports (src/win/fs.c, fs__stat_assign_statbuf): read and write for all users.
  const made = (kind: FileStatus["kind"]): FileStatus => ({
    kind,
    mode: 0o666,
    uid: 0,
    gid: 0,
    size: 1,
    modifiedMs: 0,
  });
  const files = windowsFiles({
    ...fileSystem,
    status: (path) => (path.includes("gone") ? undefined : made(path.endsWith("bin") ? "directory" : "file")),
  });
  const modeOf = (path: string) => files.status(path)?.mode;
  for (const name of ["a.exe", "A.EXE", "a.cmd", "a.bat"])
    assert.equal(modeOf(`C:\\bin\\${name}`), 0o755, name);
  for (const name of ["a", "a.yaml", "exe"]) assert.equal(modeOf(`C:\\bin\\${name}`), 0o644, name);
  assert.equal(modeOf("C:\\bin"), 0o755);
  assert.equal(files.status("C:\\gone"), undefined);
});
