import assert from "node:assert/strict";
import { test } from "node:test";
import { field, numberField, parseEvent, parseStderr } from "./events.ts";

test("events and other lines are separated", () => {
  const { events, other } = parseStderr(
    '{"level":"debug","message":"http","ms":3,"ok":true}\nplain\n{"not":"an event"}\n{broken\n\n',
  );
  assert.equal(events.length, 1);
  assert.deepEqual(other, ["plain", '{"not":"an event"}', "{broken"]);
  const event = parseEvent('{"level":"debug","message":"http","ms":3,"ok":true,"list":[1]}');
  assert.ok(event !== undefined);
  assert.deepEqual(
    [
      field(event, "ms"),
      numberField(event, "ms"),
      field(event, "ok"),
      field(event, "list"),
      field(event, "none"),
    ],
    ["3", 3, "true", undefined, undefined],
  );
});
