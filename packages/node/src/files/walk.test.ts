import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { asRoot } from "../testing/privileges.ts";
import { temporary } from "../testing/temporary.ts";
import { nodeFiles } from "./nodejs.ts";
import { rootedFiles, rootedWritableFiles } from "./rooted-files.ts";
import { codeOf } from "./system-error.ts";

const code = (run: () => unknown): string => {
  try {
    run();
    return "no error";
  } catch (error) {
    return codeOf(error) ?? String(error);
  }
};

test("links are resolved below the root, wherever they point", () => {
  using place = temporary();
  place.write("root/data/real", "inside");
  place.write("data/real", "outside");
  symlinkSync("/data", join(place.path, "root/absolute"));
  symlinkSync("../../../../data", join(place.path, "root/upwards"));
  symlinkSync("real", join(place.path, "root/data/relative"));
  symlinkSync("/upwards/relative", join(place.path, "root/chain"));
  const files = rootedFiles(nodeFiles, join(place.path, "root"));
  for (const path of ["/absolute/real", "/upwards/real", "/data/relative", "/chain", "/../data/./real"]) {
    assert.equal(new TextDecoder().decode(files.read(path, 100)), "inside", path);
    assert.equal(files.realPath(path), "/data/real");
  }
  assert.equal(files.status("/chain", "do-not-follow")?.kind, "symlink");
  assert.equal(files.readLink("/chain"), "/upwards/relative");
  assert.deepEqual([...files.list("/absolute")].sort(), ["real", "relative"]);
});

test("loops, too long names and files instead of directories give the system's errors", () => {
  using place = temporary();
  symlinkSync("b", join(place.path, "a"));
  symlinkSync("a", join(place.path, "b"));
  place.write("file", "");
  const files = rootedFiles(nodeFiles, place.path);
  assert.equal(
    code(() => files.read("/a", 1)),
    "ELOOP",
  );
  assert.equal(
    code(() => files.status("/a/b")),
    "ELOOP",
  );
  assert.equal(
    code(() => files.read(`/${"n".repeat(256)}`, 1)),
    "ENAMETOOLONG",
  );
  assert.equal(
    code(() => files.read("/x".repeat(2100), 1)),
    "ENAMETOOLONG",
  );
  assert.equal(
    code(() => files.read("/file/x", 1)),
    "ENOTDIR",
  );
  assert.equal(files.status("/file/x"), undefined);
  assert.equal(
    code(() => files.read("/none/x", 1)),
    "ENOENT",
  );
});

test("a new entry is created below the root, through the directories' links", () => {
  using place = temporary();
  mkdirSync(join(place.path, "root/var"), { recursive: true });
  mkdirSync(join(place.path, "root/srv"));
  symlinkSync("/srv", join(place.path, "root/var/lib"));
  const root = join(place.path, "root");
  const files = rootedWritableFiles(nodeFiles, root);
  files.create("/var/lib/new", new Uint8Array([1]), 0o600);
  assert.ok(nodeFiles.status(join(root, "srv/new")) !== undefined);
  files.rename("/var/lib/new", "/var/lib/../srv/newer");
  files.makeDirectory("/var/lib/d", 0o755);
  assert.deepEqual([...nodeFiles.list(join(root, "srv"))].sort(), ["d", "newer"]);
  assert.equal(
    code(() => files.create("/gone/new", new Uint8Array(), 0o600)),
    "ENOENT",
  );
});

// Compared with the kernel, by chroot(2).
test("generated trees of links are resolved as in a chroot", asRoot("chroot(8)"), () => {
  const name = fc.constantFrom("a", "b", "c");
  const target = fc
    .tuple(fc.boolean(), fc.array(fc.constantFrom("a", "b", "c", "..", "."), { minLength: 1, maxLength: 4 }))
    .map(([absolute, parts]) => `${absolute ? "/" : ""}${parts.join("/")}`);
  const entry = fc.record({
    path: fc.array(name, { minLength: 1, maxLength: 3 }),
    kind: fc.constantFrom("directory", "file", "link"),
    target,
  });
  const resolve = (tree: { path: string[]; kind: string; target: string }[], paths: string[]) => {
    using place = temporary();
    const root = join(place.path, "root");
    mkdirSync(root);
    for (const { path, kind, target: to } of tree) {
      const at = join(root, ...path);
      try {
        if (kind === "directory") mkdirSync(at);
        else if (kind === "link") symlinkSync(to, at);
        else place.write(join("root", ...path), path.join("-"));
      } catch {
        // There is a file or a loop: leave the tree as it is.
      }
    }
    const files = rootedFiles(nodeFiles, root);
    // Inode numbers, 0 where there is nothing and 1 for a loop: one process for all paths.
    const script =
      'chdir "/"; for (@ARGV) { my @s = stat $_; print @s ? "$s[1]\\n" : ($!{ELOOP} ? "1\\n" : "0\\n") }';
    const perl = `chroot(shift) or die; ${script}`;
    const judged = execFileSync("perl", ["-e", `use Errno; ${perl}`, root, ...paths], { encoding: "utf8" });
    const ours = paths.map((path) => {
      try {
        const real = files.realPath(path);
        return String(lstatSync(join(root, real)).ino);
      } catch (error) {
        return codeOf(error) === "ELOOP" ? "1" : "0";
      }
    });
    const theirs = judged.split("\n").slice(0, paths.length);
    assert.deepEqual(ours, theirs, JSON.stringify({ tree, paths }));
  };
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 3, maxLength: 14 }),
      fc.array(target, { minLength: 8, maxLength: 8 }).map((all) => all.map((path) => `/${path}`)),
      resolve,
    ),
    { numRuns: 120 },
  );
});
