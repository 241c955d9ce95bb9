import assert from "node:assert/strict";
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { asRoot } from "../testing/privileges.ts";
import { type Temporary, temporary } from "../testing/temporary.ts";
import { nodeFiles } from "./nodejs.ts";
import { describeUnsafe, unsafeDirectory, unsafeFile } from "./owners.ts";

const CASES: readonly (readonly [
  what: string,
  spoil: (place: Temporary) => void,
  at: string,
  kind: string,
])[] = [
  ["a directory above belongs to a user", (p) => chownSync(join(p.path, "usr"), 1000, 0), "/usr", "owner"],
  [
    "a world-writable directory",
    (p) => chmodSync(join(p.path, "usr/lib"), 0o777),
    "/usr/lib",
    "world-writable",
  ],
  [
    "a group writes",
    (p) => {
      chownSync(join(p.path, "usr/lib/plugins"), 0, 50);
      chmodSync(join(p.path, "usr/lib/plugins"), 0o775);
    },
    "/usr/lib/plugins",
    "group-writable",
  ],
  [
    "the file belongs to a user",
    (p) => chownSync(join(p.path, "usr/lib/plugins/ecr"), 1000, 0),
    "/usr/lib/plugins/ecr",
    "owner",
  ],
  [
    "a world-writable file",
    (p) => chmodSync(join(p.path, "usr/lib/plugins/ecr"), 0o757),
    "/usr/lib/plugins/ecr",
    "world-writable",
  ],
  [
    "another user's link to a directory of root",
    (p) => lchownSync(join(p.path, "opt"), 1000, 1000),
    "/opt",
    "link-owner",
  ],
  [
    "a link in a world-writable directory",
    (p) => chmodSync(join(p.path, "srv"), 0o777),
    "/srv",
    "world-writable",
  ],
];

function tree(): Temporary {
  const place = temporary();
  place.write("usr/lib/plugins/ecr", "", 0o755);
  mkdirSync(join(place.path, "srv"));
  symlinkSync("/srv/link", join(place.path, "opt"));
  symlinkSync("../usr/lib/plugins", join(place.path, "srv/link"));
  return place;
}

test("a path that another user could replace is reported", asRoot("files of other users"), () => {
  for (const [what, spoil, at, kind] of CASES) {
    using place = tree();
    assert.equal(unsafeFile(nodeFiles, place.path, "/opt/ecr"), undefined, what);
    spoil(place);
    const found = unsafeFile(nodeFiles, place.path, "/opt/ecr");
    assert.deepEqual([found?.path, found?.fault.kind], [at, kind], what);
    assert.ok(found !== undefined && describeUnsafe(found).startsWith(`${at} `), what);
  }
});

test("for a missing directory, the directories above it are checked", asRoot("files of other users"), () => {
  using place = tree();
  assert.equal(unsafeDirectory(nodeFiles, place.path, "/usr/lib/new/er"), undefined);
  chmodSync(join(place.path, "usr/lib"), 0o777);
  assert.equal(unsafeDirectory(nodeFiles, place.path, "/usr/lib/new/er")?.path, "/usr/lib");
  assert.equal(unsafeDirectory(nodeFiles, place.path, "/usr/lib/plugins/ecr")?.path, "/usr/lib");
});
