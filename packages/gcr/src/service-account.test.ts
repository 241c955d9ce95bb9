import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionsError, parseImage } from "@imagecred/protocol";
import { accountFor, decidedBy, parseAccount } from "./service-account.ts";
import { DEFAULT_UNIVERSE } from "./universe.ts";

const S3NS = { domain: "s3nsapis.fr", registryDomain: "s3nsregistry.fr" };
const PULLER = parseAccount("puller@{project}.iam.gserviceaccount.com", "--x");
const BY_PLACE = parseAccount("{location}@central.iam.gserviceaccount.com", "--x");

const forImage = (image: string, account = PULLER, universe = DEFAULT_UNIVERSE) =>
  accountFor(account, parseImage(image), universe);

for (const [image, project] of [
  ["us-docker.pkg.dev/team-a/repo/app", "team-a"],
  ["us-docker.pkg.dev/team-a/repo/dir/app", "team-a"],
  ["docker.us-central1.rep.pkg.dev/team-a/repo/app", "team-a"],
  ["us-docker.pkg.dev:443/team-a/repo/app", "team-a"],
  ["us-docker.pkg.dev/example.com/team-a/repo/app", "team-a.example.com"],
  ["gcr.io/team-a/app", "team-a"],
  ["eu.gcr.io/team-a/dir/app", "team-a"],
  ["gcr.io/example.com/team-a/app", "team-a.example.com"],
] as const) {
  test(`the project of ${image} is ${project}`, () => {
    assert.equal(forImage(image), `puller@${project}.iam.gserviceaccount.com`);
  });
}

test("in other universes all projects have a prefix, which follows the project in an address", () => {
  assert.equal(
    forImage("u-france-east1-docker.s3nsregistry.fr/s3ns/team-a/repo/app", PULLER, S3NS),
    "puller@team-a.s3ns.iam.gserviceaccount.com",
  );
});

for (const image of [
  "us-docker.pkg.dev/app",
  "us-docker.pkg.dev/team-a/app",
  "us-docker.pkg.dev/example.com/team-a/app",
  "gcr.io/app",
  "gcr.io/example.com/app",
]) {
  test(`${image} has no project`, () => {
    assert.throws(
      () => forImage(image),
      (error) =>
        error instanceof OptionsError &&
        error.message.includes(`{project}, which the name ${image} does not contain`),
    );
  });
}

for (const [image, location] of [
  ["us-central1-docker.pkg.dev/p/r/app", "us-central1"],
  ["docker.us-central1.rep.pkg.dev/p/r/app", "us-central1"],
  ["europe-docker.pkg.dev/p/r/app", "europe"],
  ["gcr.io/p/app", "us"],
  ["eu.gcr.io/p/app", "europe"],
] as const) {
  test(`the location of ${image} is ${location}`, () => {
    assert.equal(forImage(image, BY_PLACE), `${location}@central.iam.gserviceaccount.com`);
  });
}

test("a host without a location", () => {
  for (const image of ["constructor.gcr.io/p/app", "python.pkg.dev/p/r/app"])
    assert.throws(() => forImage(image, BY_PLACE), /\{location\}, which the name/);
});

test("the part of the name that determines an account", () => {
  assert.equal(decidedBy(PULLER), "path");
  assert.equal(decidedBy(BY_PLACE), "host");
  assert.equal(decidedBy(parseAccount("a@b.iam.gserviceaccount.com", "--x")), "nothing");
});

test("text that is not an address is rejected, with its placeholders in the message", () => {
  for (const [email, message] of [
    ["puller", /--x is "puller", expected the email address/],
    ["{project}", /--x is "\{project\}", expected the email address/],
    [
      "a@{projct}.iam.gserviceaccount.com",
      /--x has \{projct\} at character 3, expected \{project\} or \{location\}/,
    ],
  ] as const) {
    assert.throws(
      () => parseAccount(email, "--x"),
      (error) => error instanceof OptionsError && message.test(error.message),
    );
  }
});
