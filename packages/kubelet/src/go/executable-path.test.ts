import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DiskEntry } from "../file-system.ts";
import { executablePath } from "./executable-path.ts";

describe("the file of a provider's name", () => {
  const disk = (...files: readonly string[]) => ({
    status: (path: string): DiskEntry | undefined =>
      files.includes(path)
        ? { kind: path.endsWith("directory.exe") ? "directory" : "file", mode: 0o755 }
        : undefined,
  });
  const CASES: readonly (readonly [
    what: string,
    binDir: string,
    name: string,
    there: string[],
    file: string,
  ])[] = [
    ["Linux adds nothing", "/bin", "ecr", ["/bin/ecr.exe"], "/bin/ecr"],
    ["Windows adds .exe", "C:\\k", "ecr", ["C:\\k\\ecr.exe"], "C:\\k\\ecr.exe"],
    ["in PATHEXT's order", "C:\\k", "ecr", ["C:\\k\\ecr.bat", "C:\\k\\ecr.exe"], "C:\\k\\ecr.exe"],
    // os/exec/lp_windows.go: a name without an extension is not searched for unchanged.
    [
      "a file without an extension does not run",
      "C:\\k",
      "ecr",
      ["C:\\k\\ecr", "C:\\k\\ecr.cmd"],
      "C:\\k\\ecr.cmd",
    ],
    ["a name with an extension runs as it is", "C:\\k", "ecr.exe", ["C:\\k\\ecr.exe"], "C:\\k\\ecr.exe"],
    ["a dot in the name", "C:\\k", "ecr.v1", ["C:\\k\\ecr.v1.exe"], "C:\\k\\ecr.v1.exe"],
    ["a directory is not a program", "C:\\k", "directory", ["C:\\k\\directory.exe"], "C:\\k\\directory"],
    ["slashes of a flag", "C:/var/lib/", "ecr", ["C:\\var\\lib\\ecr.exe"], "C:\\var\\lib\\ecr.exe"],
    ["a share", "\\\\host\\share\\k", "ecr", ["\\\\host\\share\\k\\ecr.exe"], "\\\\host\\share\\k\\ecr.exe"],
    ["nothing there", "C:\\k", "ecr", [], "C:\\k\\ecr"],
  ];
  for (const [what, binDir, name, there, file] of CASES)
    test(what, () => assert.equal(executablePath(binDir, name, disk(...there)), file));

  test("a file that cannot be examined counts as missing", () => {
    const status = (path: string): DiskEntry | undefined => {
      if (path.endsWith(".com")) throw Object.assign(new Error("denied"), { code: "EACCES" });
      return path.endsWith(".exe") ? { kind: "file", mode: 0o755 } : undefined;
    };
    assert.equal(executablePath("C:\\k", "ecr", { status }), "C:\\k\\ecr.exe");
  });
});
