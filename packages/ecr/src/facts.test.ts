import assert from "node:assert/strict";
import { test } from "node:test";
import { PARTITIONS } from "@imagecred/identities/aws/facts";
import { loadedModules } from "@imagecred/protocol/testing";
import { ecrFacts } from "./facts.ts";

test("importing the facts loads no third-party package", async () => {
  const foreign = (await loadedModules("@imagecred/ecr/facts")).filter((url) =>
    url.includes("/node_modules/"),
  );
  assert.deepEqual(foreign, []);
});

test("every partition is in the patterns for matchImages, and the parser accepts its hosts", () => {
  for (const { id, suffix, dualStackSuffix, oldestRegion } of PARTITIONS) {
    const hosts = [
      `dkr.ecr.*.${suffix}`,
      ...(dualStackSuffix === undefined ? [] : [`dkr-ecr.*.${dualStackSuffix}`]),
    ];
    for (const host of hosts) {
      assert.ok(ecrFacts.matchImages.includes(`*.${host}`), id);
      assert.deepEqual(ecrFacts.parseHost(`123456789012.${host.replace("*", oldestRegion)}`), {
        service: "Amazon ECR",
        details: `account 123456789012, region ${oldestRegion}${host.startsWith("dkr-") ? ", dual-stack" : ""}`,
      });
    }
  }
  const { patterns } = ecrFacts.hostForms();
  assert.deepEqual(
    ecrFacts.matchImages.filter((pattern) => !patterns.includes(pattern)),
    [],
  );
});

test("a default role replaces the annotation", () => {
  const needed = (env: Record<string, string>) =>
    ecrFacts.podsNeedAnnotation(ecrFacts.parseArguments({ args: [], env }));
  assert.equal(needed({}), true);
  assert.equal(needed({ AWS_ECR_ROLE_ARN: "arn:aws:iam::123456789012:role/pull" }), false);
});
