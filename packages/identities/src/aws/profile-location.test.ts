import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { CredentialError } from "@imagecred/protocol";
import { testContext } from "@imagecred/protocol/testing";
import { crateSource } from "@imagecred/vectors";
import { profileCredentials } from "./profile.ts";

interface Row {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly profile?: string;
  readonly configLocation: string;
  readonly credentialsLocation: string;
}

const { directory, missing } = crateSource("aws-runtime", "1.10.2");

/** The paths that are read, and the profile in the error if neither file exists. */
async function looksFor(env: Readonly<Record<string, string>>) {
  const read: string[] = [];
  const context = testContext(env);
  const files = {
    ...context.files,
    readTextIfExists: async (path: string) => {
      read.push(path);
      return undefined;
    },
  };
  const sts = { regionFor: () => "us-east-1", endpoint: { url: undefined, fips: false, dualStack: false } };
  const request = { sessionName: "x", roleNeeds: "", sts, context: { ...context, files } };
  let named = "default";
  try {
    await profileCredentials(request).find();
  } catch (error) {
    assert.ok(error instanceof CredentialError);
    named = /^using profile (\S+)/.exec(error.message)?.[1] ?? "";
  }
  return { read, named };
}

describe("AWS's own table of file locations (aws-runtime, file-location-tests.json)", {
  skip: missing ?? false,
}, () => {
  const file = join(directory, "test-data/file-location-tests.json");
  const rows: readonly Row[] = missing === undefined ? JSON.parse(readFileSync(file, "utf8")).tests : [];

  test("there are 9 rows", () => assert.equal(rows.length, 9));

  for (const [index, { name, environment, profile, configLocation, credentialsLocation }] of rows.entries()) {
    test(`${index}: ${name}`, async () => {
      const { read, named } = await looksFor(environment);
      // Windows accepts both slashes.
      const native = (path: string) => (/^[A-Z]:/.test(path) ? path.replaceAll("/", "\\") : path);
      assert.deepEqual(read.map(native), [configLocation, credentialsLocation]);
      if (profile !== undefined) assert.equal(named, profile);
    });
  }
});

test("without a home directory, root's is used: systemd sets no HOME for the kubelet", async () => {
  const { read } = await looksFor({});
  assert.deepEqual(read, ["/root/.aws/config", "/root/.aws/credentials"]);
});
