import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bench } from "@imagecred/cli/testing";
import { Drawing } from "./drawing.ts";
import { COMMANDS, drawOverview, OVERVIEW } from "./overview.ts";

test("the picture is drawn from its source: npx node tools/docs/src/overview.ts", () => {
  assert.equal(readFileSync(OVERVIEW, "utf8"), drawOverview().toString());
});

test("the words of the picture are in their boxes, and none covers another", () => {
  assert.deepEqual(drawOverview().faults(), []);
});

test("the picture's commands are those of imagecred", async () => {
  using place = bench();
  for (const [command] of COMMANDS) {
    const { code, stdout } = await place.run([command, "--help"]);
    assert.equal(code, 0, command);
    assert.ok(stdout.includes(`imagecred ${command}`), stdout);
  }
});

test("a drawing finds words that leave their box, leave the picture, or cover others", () => {
  const picture = new Drawing(200, 100, "test");
  picture.titled({ x: 10, y: 10, width: 60, height: 40 }, "much too long for it", []);
  picture.text(190, 90, "over the edge", "small", "start");
  picture.text(20, 80, "one", "plain", "start");
  picture.text(30, 84, "two", "plain", "start");
  assert.deepEqual(picture.faults(), [
    '"much too long for it" does not fit',
    '"over the edge" does not fit',
    '"one" and "two" overlap',
  ]);
});
