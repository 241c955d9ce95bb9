import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { putConfig } from "../../testing/plugins.ts";
import { bench } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";

test("the kubelet's metric", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.io"] });
  const content = readFileSync(place.path("config.yaml"));
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(content.length));
  const expected = `sha256:${createHash("sha256").update(length).update(content).digest("hex")}`;
  const { code, stdout } = await place.run(["hash", "config.yaml"]);
  assert.deepEqual([code, stdout], [0, `${expected}\n`]);
  const document = checkedDocument((await place.run(["hash", "config.yaml", "-o", "json"])).stdout);
  assert.equal(document["metric"], `kubelet_credential_provider_config_info{hash="${expected}"} 1`);
  const gone = await place.run(["hash", "gone.yaml"]);
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /reading gone\.yaml: unable to access path/);
});
