import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ECRClient } from "@aws-sdk/client-ecr";
import { PARTITIONS } from "@imagecred/identities/aws/facts";
import { OptionsError } from "@imagecred/protocol";
import { endpointUrl, endpointUrlOfNewRegion } from "./endpoint.ts";

const rules = new ECRClient({ region: "us-east-1" }).config.endpointProvider;
const PLAIN = { url: undefined, fips: false, dualStack: false };

function partition(id: string) {
  const found = PARTITIONS.find((candidate) => candidate.id === id);
  assert.ok(found !== undefined);
  return found;
}

describe("endpoints", () => {
  test("the partitions' oldest regions are where the SDK's rules have them", () => {
    for (const { oldestRegion, suffix } of PARTITIONS) {
      assert.equal(
        endpointUrl(rules, "Amazon ECR", oldestRegion, PLAIN),
        `https://api.ecr.${oldestRegion}.${suffix}/`,
      );
    }
  });

  test("a region that the SDK does not know yet is called in the partition that the host names", () => {
    const url = (region: string, id: string, settings = PLAIN) =>
      endpointUrlOfNewRegion(rules, "Amazon ECR", region, partition(id), settings);
    assert.equal(url("eusc-fr-west-2", "aws-eusc"), "https://api.ecr.eusc-fr-west-2.amazonaws.eu/");
    assert.equal(url("zz-north-1", "aws-cn"), "https://api.ecr.zz-north-1.amazonaws.com.cn/");
    assert.equal(
      url("zz-north-1", "aws-cn", { ...PLAIN, dualStack: true }),
      "https://ecr.zz-north-1.api.amazonwebservices.com.cn/",
    );
    assert.equal(
      url("zz-north-1", "aws-iso", { ...PLAIN, fips: true }),
      "https://api.ecr-fips.zz-north-1.c2s.ic.gov/",
    );
  });

  test("where the rules are right, they are followed", () => {
    for (const { id, oldestRegion } of PARTITIONS) {
      assert.equal(
        endpointUrlOfNewRegion(rules, "Amazon ECR", oldestRegion, partition(id), PLAIN),
        undefined,
      );
    }
    assert.equal(
      endpointUrlOfNewRegion(rules, "Amazon ECR", "zz-north-1", partition("aws"), PLAIN),
      undefined,
    );
    assert.equal(
      endpointUrl(rules, "Amazon ECR", "zz-north-1", PLAIN),
      "https://api.ecr.zz-north-1.amazonaws.com/",
    );
  });

  test("a configured endpoint is taken as it is, in every partition", () => {
    const settings = { ...PLAIN, url: "https://vpce-1.example:8443/ecr" };
    assert.equal(
      endpointUrlOfNewRegion(rules, "Amazon ECR", "zz-1-1", partition("aws-cn"), settings),
      undefined,
    );
    assert.equal(endpointUrl(rules, "Amazon ECR", "us-east-1", settings), "https://vpce-1.example:8443/ecr");
  });

  test("what the rules refuse is an error of the options", () => {
    const settings = { ...PLAIN, url: "https://vpce-1.example", dualStack: true };
    assert.throws(
      () => endpointUrl(rules, "Amazon ECR", "us-east-1", settings),
      (error) => error instanceof OptionsError && /Dualstack and custom endpoint/.test(error.message),
    );
  });
});
