import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { baseName, isAbsolute, joinPath, listSeparator, parentOf } from "./paths.ts";

describe("paths", () => {
  const JOINED: readonly (readonly [segments: readonly string[], path: string])[] = [
    [["/a", "b"], "/a/b"],
    [["/a/", "/b"], "/b"],
    [["a", "", "b/c"], "a/b/c"],
    // A backslash is an ordinary character of a Linux name.
    [["/a", "b\\c"], "/a/b\\c"],
    [["C:\\k", "bin"], "C:\\k\\bin"],
    [["C:\\k\\", "bin/ecr.exe"], "C:\\k\\bin\\ecr.exe"],
    [["C:\\", "k"], "C:\\k"],
    [["C:/k", "bin"], "C:/k\\bin"],
    [["/a", "D:\\bin"], "D:\\bin"],
    [["Z:\\w", "Z:\\w\\bin"], "Z:\\w\\bin"],
    // The root of the same drive, or of the same share.
    [["C:\\k", "/etc/kubernetes"], "C:\\etc\\kubernetes"],
    [["C:\\k", "\\var"], "C:\\var"],
    [["\\\\server\\share\\k", "\\var"], "\\\\server\\share\\var"],
  ];
  for (const [segments, path] of JOINED)
    test(`${segments.map((segment) => JSON.stringify(segment)).join(" and ")} are ${path}`, () => {
      assert.equal(joinPath(...segments), path);
    });

  const PARTS: readonly (readonly [path: string, parent: string, base: string])[] = [
    ["/a/b/c", "/a/b", "c"],
    ["/a", "/", "a"],
    ["a", ".", "a"],
    ["/a/b/", "/a", "b"],
    ["/a/b\\c", "/a", "b\\c"],
    ["C:\\k\\bin", "C:\\k", "bin"],
    ["C:\\k", "C:\\", "k"],
    ["C:/k/bin/", "C:/k", "bin"],
    ["C:\\", "C:\\", "C:"],
  ];
  for (const [path, parent, base] of PARTS)
    test(`${path} is ${base} in ${parent}`, () => {
      assert.deepEqual([parentOf(path), baseName(path)], [parent, base]);
    });

  test("absolute paths begin at the root, a drive's root or a share", () => {
    for (const path of ["/a", "C:\\k", "c:/k", "\\\\server\\share"]) assert.ok(isAbsolute(path), path);
    for (const path of ["a", "./a", "C:k", "C:", "\\a"]) assert.ok(!isAbsolute(path), path);
  });

  test("lists are separated by ; on Windows", () => {
    assert.equal(listSeparator("/root"), ":");
    assert.equal(listSeparator("C:\\Users\\a"), ";");
  });
});
