import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { ecr } from "../provider.ts";

const HOUR_MS = 3_600_000;
/** AWS, with a clock one hour ahead of this node's. */
const clouds = await startClouds({ clock: () => Date.now() + HOUR_MS });
after(() => clouds.close());

const tooOld = {
  status: 400,
  headers: {
    "content-type": "application/x-amz-json-1.1",
    date: new Date(Date.now() + HOUR_MS).toUTCString(),
  },
  body: JSON.stringify({
    __type: "InvalidSignatureException",
    message: "Signature expired: it is earlier than now",
  }),
};

describe("a node with a wrong clock", () => {
  test("signs once more, with the time from AWS's response", async () => {
    await clouds.faults.add({ service: "aws.ecr", times: 1, fault: { kind: "answer", reply: tooOld } });
    const { answer, calls, requests } = await askPlugin(ecr, clouds, { identity: "static" });
    assert.ok(answer !== undefined);
    assert.deepEqual(calls, ["aws.ecr GetAuthorizationToken 400", "aws.ecr GetAuthorizationToken 200"]);
    const [first, second] = requests.map(({ headers }) => headers["x-amz-date"]);
    assert.notEqual(first?.slice(0, 11), second?.slice(0, 11));
  });

  test("signs again only once", async () => {
    await clouds.faults.add({ service: "aws.ecr", fault: { kind: "answer", reply: tooOld } });
    const { answer, calls, message } = await askPlugin(ecr, clouds, { identity: "static" });
    assert.equal(answer, undefined);
    assert.equal(calls.length, 2);
    assert.match(
      message,
      /InvalidSignatureException: Signature expired.*; set the node's clock: it differs from AWS's/,
    );
  });
});
