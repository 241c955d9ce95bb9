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
  ["everybody writes", (p) => chmodSync(join(p.path, "usr/lib"), 0o777), "/usr/lib", "everybody-writes"],
  [
    "a group writes",
    (p) => {
      chownSync(join(p.path, "usr/lib/plugins"), 0, 50);
      chmodSync(join(p.path, "usr/lib/plugins"), 0o775);
    },
    "/usr/lib/plugins",
    "group-writes",
  ],
  [
    "the file belongs to a user",
    (p) => chownSync(join(p.path, "usr/lib/plugins/ecr"), 1000, 0),
    "/usr/lib/plugins/ecr",
    "owner",
  ],
  [
    "everybody writes the file",
    (p) => chmodSync(join(p.path, "usr/lib/plugins/ecr"), 0o757),
    "/usr/lib/plugins/ecr",
    "everybody-writes",
  ],
  [
    "security 12: a link of somebody else's, to a directory of root's",
    (p) => lchownSync(join(p.path, "opt"), 1000, 1000),
    "/opt",
    "link-owner",
  ],
  [
    "a link in a directory that everybody writes",
    (p) => chmodSync(join(p.path, "srv"), 0o777),
    "/srv",
    "everybody-writes",
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

test("what somebody else could exchange is named", asRoot("files of other users"), () => {
  for (const [what, spoil, at, kind] of CASES) {
    using place = tree();
    assert.equal(unsafeFile(nodeFiles, place.path, "/opt/ecr"), undefined, what);
    spoil(place);
    const found = unsafeFile(nodeFiles, place.path, "/opt/ecr");
    assert.deepEqual([found?.path, found?.fault.kind], [at, kind], what);
    assert.ok(found !== undefined && describeUnsafe(found).startsWith(`${at} `), what);
  }
});

test(
  "a directory that does not exist yet is judged by what is above it",
  asRoot("files of other users"),
  () => {
    using place = tree();
    assert.equal(unsafeDirectory(nodeFiles, place.path, "/usr/lib/new/er"), undefined);
    chmodSync(join(place.path, "usr/lib"), 0o777);
    assert.equal(unsafeDirectory(nodeFiles, place.path, "/usr/lib/new/er")?.path, "/usr/lib");
    assert.equal(unsafeDirectory(nodeFiles, place.path, "/usr/lib/plugins/ecr")?.path, "/usr/lib");
  },
);
