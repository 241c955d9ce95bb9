import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { answered, askPlugin } from "@imagecred/e2e";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { gcr } from "./index.ts";

let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
});
after(() => clouds.close());

const FOREIGN = [
  "docker.io/library/nginx",
  "registry.k8s.io/pause",
  "evilgcr.io/project/app",
  "evil-pkg.dev/project/app",
  "gcr.io.evil.test/project/app",
  "us-docker.pkg.dev.evil.test/project/app",
  "gcr.io:5000/project/app",
  "GCR.IO/project/app",
  "docker.s3nsregistry.fr/project/app",
];

describe("an image of an unsupported host", () => {
  for (const image of FOREIGN) {
    for (const flow of ["node", "pod"] as const) {
      test(`${image}, for the ${flow}: rejected before any request`, async () => {
        const pod = {
          args: [`--workload-identity-provider=${clouds.google.provider("cluster")}`],
          serviceAccount: { token: await clouds.google.podToken("cluster") },
        };
        const { answer, message, calls } = await askPlugin(gcr, clouds, {
          image,
          ...(flow === "pod" ? pod : {}),
        });
        assert.equal(answer, undefined);
        assert.ok(message.startsWith(image.slice(0, image.indexOf("/"))), message);
        assert.match(message, /matchImages|--universe-domain/);
        assert.deepEqual(calls, []);
        assert.deepEqual(clouds.connections, []);
      });
    }
  }
});

describe("an image of a supported host", () => {
  for (const host of [
    "gcr.io",
    "eu.gcr.io",
    "us-docker.pkg.dev",
    "docker.us-central1.rep.pkg.dev",
    "gcr.io:443",
  ]) {
    test(`${host} gets the node's credential, and the same for all of them`, async () => {
      const { answer } = await answered(gcr, clouds, { image: `${host}/project/app` });
      assert.equal(answer.cacheKeyType, "Global");
      assert.equal(Object.keys(answer.auth).length, 8);
    });
  }
});
