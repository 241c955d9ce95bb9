import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createLogger, MAX_LINE_BYTES, parseLogSettings } from "./log.ts";
import { Secret } from "./secret.ts";

function logger(setting: string | undefined) {
  const lines: string[] = [];
  const log = createLogger({
    plugin: "p",
    settings: parseLogSettings(setting),
    write: (line) => lines.push(line),
    now: () => 0,
  });
  return { log, lines };
}

test("IMAGECRED_LOG takes a level, json, or both, and passes over other words", () => {
  assert.deepEqual(parseLogSettings(undefined), { level: "warn", format: "human" });
  assert.deepEqual(parseLogSettings("json"), { level: "warn", format: "json" });
  assert.deepEqual(parseLogSettings("JSON, Debug"), { level: "debug", format: "json" });
  assert.deepEqual(parseLogSettings("verbose"), { level: "warn", format: "human" });
});

test("an error is one line that starts with the plugin's name", () => {
  const { log, lines } = logger(undefined);
  log.info("not shown");
  log.error("a: b\nc\u2028d\u001b[31m");
  assert.deepEqual(lines, ["p: a: b c d [31m\n"]);
});

test("off is silence", () => {
  const { log, lines } = logger("off");
  log.error("x");
  assert.deepEqual(lines, []);
});

test("json lines are JSON, with secrets blanked in fields and in text", () => {
  const { log, lines } = logger("json,debug");
  const secret = new Secret("very-secret-value");
  log.debug("http", { secret, echoed: "got very-secret-value", status: 200 });
  assert.deepEqual(JSON.parse(lines[0] ?? ""), {
    time: "1970-01-01T00:00:00.000Z",
    level: "debug",
    plugin: "p",
    message: "http",
    secret: "[redacted]",
    echoed: "got [redacted]",
    status: 200,
  });
});

test("a line stays below the limit in bytes, keeping its start and its end", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 2000 }), (middle) => {
      const { log, lines } = logger(undefined);
      log.error(`start ${middle} end`);
      const line = lines[0] ?? "";
      assert.ok(new TextEncoder().encode(line).length <= MAX_LINE_BYTES);
      assert.ok(line.startsWith("p: start") && line.endsWith(" end\n"));
      assert.equal(line.trimEnd().split("\n").length, 1);
    }),
  );
});
