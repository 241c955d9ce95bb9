import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { matchImage, readConfig } from "@imagecred/kubelet";
import { nodejsFileSystem } from "@imagecred/kubelet/nodejs";
import { crypto } from "@imagecred/protocol/runtime";
import { PROGRAMS } from "./assets.ts";
import { sampleFor } from "./tree.ts";

const IMAGES: Readonly<Record<string, readonly string[]>> = {
  "ecr-credential-provider": ["123456789012.dkr.ecr.us-west-2.amazonaws.com/app", "public.ecr.aws/x/app"],
  "acr-credential-provider": ["myreg.azurecr.io/app"],
  "gcr-credential-provider": [
    "gcr.io/p/app",
    "eu.gcr.io/p/app",
    "us-docker.pkg.dev/p/r/app",
    "docker.us-east1.rep.pkg.dev/p/r/app",
  ],
};

describe("the sample configurations that go with a release", () => {
  for (const program of PROGRAMS.filter((name) => name !== "imagecred")) {
    test(`${program}: every kubelet since 1.26 takes it, and it reaches the cloud's images`, () => {
      const sample = sampleFor(program);
      assert.ok(sample !== undefined);
      for (const kubernetesVersion of ["1.26", "1.32", "1.37"]) {
        const reading = readConfig(sample, { fileSystem: nodejsFileSystem, crypto, kubernetesVersion });
        assert.equal(reading.kubeletError, undefined, readFileSync(sample, "utf8"));
        const [provider] = reading.config?.providers ?? [];
        assert.equal(provider?.name, program);
        for (const image of IMAGES[program] ?? []) {
          assert.ok(
            provider?.matchImages?.some((pattern) => matchImage(pattern, image).matched),
            image,
          );
        }
      }
    });
  }
});
