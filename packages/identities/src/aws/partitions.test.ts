import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { botocore, partitionRows } from "@imagecred/vectors";
import { PARTITIONS, partitionOfArn, partitionOfRegion } from "./partitions.ts";

/** Form of a partition's global pseudo-region, which no registry host contains. */
const NOT_A_REGION = /-global$/;

describe("AWS's partitions.json (botocore)", { skip: botocore().missing ?? false }, () => {
  const rows = partitionRows();

  test("the same partitions", () => {
    assert.deepEqual(PARTITIONS.map(({ id }) => id).toSorted(), rows.map(({ id }) => id).toSorted());
  });

  for (const { id, regions, regionRegex, outputs } of rows) {
    test(`${id}: its domains and its regions`, () => {
      const ours = partitionOfArn(`arn:${id}:iam::123456789012:role/x`);
      assert.ok(ours !== undefined);
      assert.deepEqual(
        [ours.suffix, ours.apiDualStackSuffix],
        [outputs.dnsSuffix, outputs.dualStackDnsSuffix],
      );
      const named = Object.keys(regions).filter((region) => !NOT_A_REGION.test(region));
      assert.ok(named.includes(ours.oldestRegion));
      for (const region of named) {
        assert.match(region, new RegExp(regionRegex));
        assert.equal(partitionOfRegion(region)?.id, id, region);
      }
    });
  }
});
