import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createLogger, errorLine, MAX_LINE_BYTES, parseLogSettings } from "./log.ts";
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

test("IMAGECRED_LOG accepts a level, json, or both, and ignores other words", () => {
  assert.deepEqual(parseLogSettings(undefined), { level: "warn", format: "human" });
  assert.deepEqual(parseLogSettings("json"), { level: "warn", format: "json" });
  assert.deepEqual(parseLogSettings("JSON, Debug"), { level: "debug", format: "json" });
  assert.deepEqual(parseLogSettings("verbose"), { level: "warn", format: "human" });
});

test("an error is one line that starts with the plugin's name", () => {
  const { log, lines } = logger(undefined);
  log.info("not shown");
  log.error("a: b\nc\u2028d\u001b[31m");
  assert.deepEqual(lines, ["p: a: b c d\\u001b[31m\n"]);
});

test("characters that a terminal executes or hides are escaped, in both formats", () => {
  const text = "a\u202eb\u009bc\u200bd\ufeffe\ud800f\u{e0001}g";
  const human = logger(undefined);
  human.log.error(text);
  assert.deepEqual(human.lines, ["p: a\\u202eb\\u009bc\\u200bd\\ufeffe\\ud800f\\udb40\\udc01g\n"]);
  const json = logger("json,debug");
  json.log.debug("http", { field: text });
  assert.match(json.lines[0] ?? "", /^[\x20-\x7e]+\n$/);
  assert.equal(JSON.parse(json.lines[0] ?? "").field, text);
  assert.equal(errorLine("p", "a\nb\u202e"), "p: a b\\u202e\n");
});

test("a secret is redacted before a text is cut, wherever the cut is, in every encoding", () => {
  const secret = "1//0gDx-refresh/token+of&the=service~account_0123456789";
  new Secret(secret);
  const encodings = [
    (text: string) => text,
    encodeURIComponent,
    (text: string) => new URLSearchParams({ text }).toString().slice(5),
    (text: string) => Buffer.from(text).toString("base64"),
    (text: string) => Buffer.from(`user:${text}`).toString("base64url"),
  ];
  for (const encode of encodings) {
    const encoded = encode(secret);
    fc.assert(
      fc.property(fc.nat(3 * MAX_LINE_BYTES), fc.nat(2 * MAX_LINE_BYTES), (before, after) => {
        const text = `${"x ".repeat(before / 2)}${encoded}${" y".repeat(after / 2)}`;
        for (const value of [undefined, "json,debug"]) {
          const { log, lines } = logger(value);
          log.error(text, { field: text, deep: [{ text }] });
          for (let at = 8; at + 15 <= encoded.length - 4; at++) {
            const piece = encoded.slice(at, at + 15);
            assert.ok(!lines.join("").includes(piece), `${piece} is in ${lines.join("")}`);
          }
        }
      }),
      { numRuns: 50 },
    );
  }
});

test("off writes nothing", () => {
  const { log, lines } = logger("off");
  log.error("x");
  assert.deepEqual(lines, []);
});

test("json lines are JSON, with secrets redacted in fields and in text", () => {
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

test("a line stays below the limit in bytes and keeps its start and its end", () => {
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
