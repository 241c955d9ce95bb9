import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";

test("the nearest known word; undefined if none is near", () => {
  const known = ["roleArn", "externalId", "workloadIdentityProvider"];
  for (const [word, meant] of [
    ["rolArn", "roleArn"],
    ["rolearn", "roleArn"],
    ["externalID", "externalId"],
    ["workloadProvider", undefined],
    ["workloadIdentityProvidr", "workloadIdentityProvider"],
    ["tenant", undefined],
  ] as const) {
    assert.equal(nearest(word, known), meant, word);
  }
});
