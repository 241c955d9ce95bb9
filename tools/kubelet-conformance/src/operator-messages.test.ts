import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OPERATOR_MESSAGES, operatorMessage } from "./operator-messages.ts";

test("every message for operators is produced by a kubelet in a test", () => {
  const directory = join(import.meta.dirname, "../test");
  const tests = globSync("*.test.ts", { cwd: directory }).map((file) =>
    readFileSync(join(directory, file), "utf8"),
  );
  assert.ok(OPERATOR_MESSAGES.length > 10);
  for (const { id } of OPERATOR_MESSAGES)
    assert.ok(
      tests.some((text) => text.includes(`"${id}"`)),
      id,
    );
});

test("a message with a name that has no value is an error", () => {
  assert.throws(() => operatorMessage("registered", {}), /needs a value for \{provider\}/);
  assert.equal(
    operatorMessage("registered", { provider: "a" }).log,
    '"Registered credential provider" provider="a"',
  );
});
