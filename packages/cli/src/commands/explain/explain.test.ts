import assert from "node:assert/strict";
import { test } from "node:test";
import { assertGolden } from "../../testing/golden.ts";
import { PLACES, putConfig, putPlugin } from "../../testing/plugins.ts";
import { bench } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import type { ExplainDocument } from "./document.ts";

const IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1";

test("which plugins run, with which identity, and what prevents them", async () => {
  using place = bench();
  putConfig(
    place,
    {
      name: "first",
      match: ["*.dkr.ecr.*.amazonaws.com"],
      more: ["args: [get]", "env: [{name: SECRET, value: hidden-value}]"],
    },
    {
      name: "pods",
      match: ["*.dkr.ecr.eu-*.amazonaws.com"],
      more: [
        "tokenAttributes: {serviceAccountTokenAudience: aud, cacheType: Token, requireServiceAccount: true}",
      ],
    },
    { name: "other", match: ["r.io"] },
  );
  putPlugin(place, "first", "exit 0");
  putPlugin(place, "other", "exit 0");
  const missing = await place.run(["explain", IMAGE, ...PLACES, "-o", "json"]);
  assert.equal(missing.code, 1);
  const document = checkedDocument(missing.stdout) as unknown as ExplainDocument;
  assert.deepEqual(document.registry, {
    host: "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    service: "Amazon ECR",
    details: "account 123456789012, region eu-west-1",
  });
  assert.deepEqual(
    document.providers.map(({ name, executable }) => [name, executable?.usable]),
    [
      ["first", true],
      ["pods", false],
    ],
  );
  assert.deepEqual(document.providers[0]?.env, ["SECRET"]);
  assert.deepEqual(document.providers[1]?.token, { audience: "aud", cacheType: "Token", required: true });
  assert.deepEqual(document.notMatched, ["other"]);
  assert.ok(!missing.stdout.includes("hidden-value"));

  putPlugin(place, "pods", "exit 0");
  const human = await place.run(["explain", IMAGE, ...PLACES]);
  assert.equal(human.code, 0);
  assert.ok(!human.stdout.includes("hidden-value"));
  assertGolden("explain", human.stdout.replaceAll(place.root, ""));
});

test("an image that no provider matches", async () => {
  using place = bench();
  putConfig(place, { name: "other", match: ["r.io"] });
  const { code, stdout } = await place.run(["explain", "nginx", ...PLACES]);
  assert.equal(code, 1);
  assertGolden("explain-none", stdout);
});
