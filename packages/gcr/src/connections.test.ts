import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { answered, askPlugin } from "@imagecred/e2e";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { gcr } from "./index.ts";

/** In a separate process: Node.js keeps connections open, and these tests need new ones. */
let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
});
after(() => clouds.close());

async function pod(annotations: Readonly<Record<string, string>> = {}) {
  const token = await clouds.google.podToken("cluster");
  const args = [`--workload-identity-provider=${clouds.google.provider("cluster")}`];
  return { args, serviceAccount: { token, annotations } };
}

describe("an invalid certificate", () => {
  for (const problem of ["expired", "wrong-host", "unknown-issuer", "not-yet-valid"] as const) {
    test(`${problem}: no request is sent`, async () => {
      const question = await pod();
      await clouds.faults.add({ service: "google.sts", fault: { kind: "certificate", problem } });
      const { message, calls } = await askPlugin(gcr, clouds, question);
      assert.match(message, /TLS certificate of sts\.googleapis\.com is refused/);
      assert.deepEqual(calls, []);
    });
  }
});

describe("impersonation", () => {
  test("opens its connection before STS responds", async () => {
    const question = await pod({ "iam.gke.io/gcp-service-account": clouds.google.email("puller") });
    clouds.latency.set(50);
    const { requests, connections } = await answered(gcr, clouds, question);
    assert.equal(connections.length, 2);
    const iam = connections.find(({ service }) => service === "google.iamcredentials");
    assert.ok((iam?.tlsFinishedAt ?? Number.POSITIVE_INFINITY) < (requests[0]?.finishedAt ?? 0));
  });
});
