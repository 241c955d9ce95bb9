import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { manifests, ROOT } from "@imagecred/workspace";
import { DRAWN_ARROWS, drawArchitecture, PICTURE } from "./architecture.ts";
import { textOf } from "./page.ts";

const page = textOf("architecture.md");
const workspaces = manifests().filter(({ directory }) => directory !== ".");

test("the picture is drawn from its source: npx node tools/docs/src/architecture.ts", () => {
  assert.equal(readFileSync(PICTURE, "utf8"), drawArchitecture().toString());
});

test("the words of the picture are in their boxes, and none covers another", () => {
  assert.deepEqual(drawArchitecture().faults(), []);
});

test("the picture's arrows are the packages' dependencies", () => {
  const declared = Object.fromEntries(
    workspaces
      .filter(({ directory }) => directory.startsWith("packages/"))
      .map(({ directory, dependencies }) => [
        directory.replace("packages/", ""),
        Object.keys(dependencies)
          .filter((name) => name.startsWith("@imagecred/"))
          .map((name) => name.replace("@imagecred/", ""))
          .toSorted(),
      ]),
  );
  // A workspace that is not connected by imports (the build tool) is on the page, but not in the picture.
  for (const [name, targets] of Object.entries(declared))
    if (targets.length === 0 && !Object.values(declared).flat().includes(name)) delete declared[name];
  const drawn = Object.entries(DRAWN_ARROWS).map(([from, to]) => [from, [...to].toSorted()]);
  assert.deepEqual(declared, Object.fromEntries(drawn));
});

test("the page has every workspace", () => {
  for (const { directory } of workspaces) assert.ok(page.includes(`\`${directory}\``), directory);
});

test("every path on the page exists", () => {
  const paths = [...page.matchAll(/`((?:packages|tools|protocol|ecr)\/[\w./-]+)`/g)].map(
    ([, path = ""]) => path,
  );
  assert.ok(paths.length > 20);
  for (const path of paths) {
    const places = [path, `packages/${path}`];
    assert.ok(
      places.some((place) => existsSync(join(ROOT, place))),
      path,
    );
  }
});
