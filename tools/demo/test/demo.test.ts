import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const MAIN = join(import.meta.dirname, "../src/main.ts");

test("npm run demo reports every pull and no secrets", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=@imagecred/source", MAIN], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1" },
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^10 pulls, 7 plugin runs, 14 calls to the clouds\./m);
  assert.match(stdout, /identity +role node of the instance profile/);
  assert.match(stdout, /cache +hit: every image of this provider; the plugin did not run/);
  assert.match(
    stdout,
    /error +for 123456789012\.dkr\.ecr\.us-west-2\.amazonaws\.com, asking Amazon ECR in us-west-2/,
  );
  assert.equal(stdout.match(/credential .*\[redacted, \d+ characters\]/g)?.length, 8);
  // The fakes' tokens and passwords are far longer than any name.
  assert.doesNotMatch(stdout, /[A-Za-z0-9_-]{80,}/);
  assert.ok(!stdout.includes("\u001b"), "no colors with NO_COLOR");
});
