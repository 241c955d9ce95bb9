import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { answered, askPlugin, passwordOf } from "@imagecred/e2e";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { gcr } from "./index.ts";

const IMAGE = "us-central1-docker.pkg.dev/project/repo/app";

const S3NS = { domain: "s3nsapis.fr", registryDomain: "s3nsregistry.fr" };
const S3NS_IMAGE = "u-france-east1-docker.s3nsregistry.fr/project/repo/app";
const ARGS = ["--universe-domain=s3nsapis.fr"];

let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
});
after(async () => {
  assert.deepEqual(clouds.defects, []);
  await clouds.close();
});

describe("another universe", () => {
  test("by the metadata server: the instance must be in it", async () => {
    clouds.google.instance.universe = S3NS.domain;
    try {
      for (const question of [
        { args: ARGS, image: S3NS_IMAGE },
        { env: { GOOGLE_CLOUD_UNIVERSE_DOMAIN: S3NS.domain }, image: S3NS_IMAGE },
      ]) {
        const { answer, calls } = await answered(gcr, clouds, question);
        assert.deepEqual([...calls].sort(), [
          "google.metadata token 200",
          "google.metadata universe-domain 200",
        ]);
        assert.deepEqual(
          Object.keys(answer.auth).filter((key) => !key.includes(":")),
          ["*.s3nsregistry.fr", "docker.*.rep.s3nsregistry.fr"],
        );
        assert.notEqual(await clouds.google.check(passwordOf(answer), S3NS), undefined);
      }
    } finally {
      clouds.google.instance.universe = "googleapis.com";
    }
    for (const universe of ["googleapis.com", undefined]) {
      clouds.google.instance.universe = universe;
      const { answer, message } = await askPlugin(gcr, clouds, { args: ARGS, image: S3NS_IMAGE });
      assert.equal(answer, undefined);
      assert.match(
        message,
        /checking that the instance is in the universe s3nsapis.fr: it is in "googleapis.com"/,
      );
    }
    clouds.google.instance.universe = "googleapis.com";
  });

  test("by a key file with universe_domain: its token is signed locally, and nothing is sent", async () => {
    const env = await clouds.google.env("service-account-key", S3NS);
    for (const args of [[], ARGS]) {
      const { answer, calls } = await answered(gcr, clouds, { env, args, image: S3NS_IMAGE });
      assert.deepEqual(calls, []);
      const grant = await clouds.google.check(passwordOf(answer), S3NS);
      assert.equal(grant?.principal, `serviceAccount:${clouds.google.email("node")}`);
      assert.equal(grant?.expiresAt, answer.expiresAt);
    }
  });

  test("by an external account file, whose endpoints must be that universe's", async () => {
    const env = await clouds.google.env("external-account-impersonation", S3NS);
    const { calls, requests } = await answered(gcr, clouds, { env, image: S3NS_IMAGE });
    assert.deepEqual(calls, ["google.sts Token 200", "google.iamcredentials GenerateAccessToken 200"]);
    assert.deepEqual(
      requests.map(({ host }) => host),
      ["sts.s3nsapis.fr", "iamcredentials.s3nsapis.fr"],
    );
  });

  test("by a pod's token, with impersonation", async () => {
    const token = await clouds.google.podToken("cluster");
    const annotations = { "iam.gke.io/gcp-service-account": clouds.google.email("puller") };
    const { answer, requests } = await answered(gcr, clouds, {
      args: [...ARGS, `--workload-identity-provider=${clouds.google.provider("cluster")}`],
      image: S3NS_IMAGE,
      serviceAccount: { token, annotations },
    });
    assert.deepEqual(
      requests.map(({ host }) => host),
      ["sts.s3nsapis.fr", "iamcredentials.s3nsapis.fr"],
    );
    assert.notEqual(await clouds.google.check(passwordOf(answer), S3NS), undefined);
  });
});

describe("a token is used in its own universe only", () => {
  const refused = [
    [
      "the instance is assumed to be in the default one",
      { image: S3NS_IMAGE },
      /--universe-domain s3nsapis.fr/,
    ],
    [
      "the operator configured another one",
      { image: IMAGE, args: ARGS },
      /belongs to the universe googleapis.com/,
    ],
    [
      "a mirror in another one",
      { image: "m.test/project/app", args: [...ARGS, "--registry=m.test=gcr.io"] },
      /belongs to the universe googleapis.com/,
    ],
    [
      "the credential file is for another one",
      { image: IMAGE, file: S3NS },
      /credential in .* to s3nsapis.fr and cannot be used there/,
    ],
    [
      "the credential file is for the default one",
      { image: S3NS_IMAGE, file: { domain: "googleapis.com", registryDomain: "pkg.dev" } },
      /to googleapis.com and cannot be used there/,
    ],
  ] as const;
  for (const [why, { image, ...rest }, message] of refused) {
    test(`${why}: rejected before any request`, async () => {
      const env = "file" in rest ? await clouds.google.env("service-account-key", rest.file) : {};
      const outcome = await askPlugin(gcr, clouds, { image, env, args: "args" in rest ? rest.args : [] });
      assert.equal(outcome.answer, undefined);
      assert.match(outcome.message, message);
      assert.deepEqual(outcome.calls, []);
    });
  }

  test("a user's credential is not used outside the default one", async () => {
    const env = await clouds.google.env("authorized-user");
    const { message, calls } = await askPlugin(gcr, clouds, { env, image: S3NS_IMAGE });
    assert.match(message, /to googleapis.com and cannot be used there/);
    assert.deepEqual(calls, []);
  });
});
