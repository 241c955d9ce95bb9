import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { OptionsError, systemFiles } from "@imagecred/protocol";
import { captureLogger } from "@imagecred/protocol/testing";
import { parseOptions } from "./options.ts";

const directory = await mkdtemp(join(tmpdir(), "acr-options-"));
after(() => rm(directory, { recursive: true }));
const FILE = join(directory, "azure.json");
await writeFile(FILE, `{"tenantId": "t", "useManagedIdentityExtension": true}`);

async function parse(args: readonly string[], env: Record<string, string> = {}) {
  const { log, lines } = captureLogger({ level: "warn", format: "human" });
  return { options: await parseOptions({ args, env, files: systemFiles, log }), lines };
}

test("klog's flags are ignored with a warning each, and their values are not mistaken for the file", async () => {
  for (const args of [
    ["-v", "4", FILE],
    ["-v=4", FILE],
    ["-v4", FILE],
    ["--v=4", FILE],
    [FILE, "--v", "4"],
    ["--logtostderr", FILE],
    ["--logtostderr=true", FILE],
    ["--log_dir", "/var/log", FILE],
    ["--log-flush-frequency=5s", FILE],
    ["--vmodule", "x=2", FILE],
  ]) {
    const { options, lines } = await parse(args);
    assert.equal(options.tenantId, "t", args.join(" "));
    assert.equal(lines.length, 1, args.join(" "));
    assert.match(lines[0] ?? "", /warn: --\S+ is a klog flag and has no effect/);
  }
});

test("unknown flags are errors", async () => {
  for (const args of [
    ["--frobnicate", FILE],
    ["-x", FILE],
    ["--registry"],
    ["--anonymous-second-try=maybe", FILE],
  ])
    await assert.rejects(parse(args), OptionsError, args.join(" "));
  await assert.rejects(parse([FILE, FILE]), /one configuration file is expected/);
  await assert.rejects(
    parse([join(directory, "missing.json")]),
    /configuration file .*missing\.json: no such file/,
  );
});

test("a configuration file replaces the environment's identity", async () => {
  const env = { AZURE_CLIENT_ID: "e", AZURE_TENANT_ID: "e", AZURE_CLIENT_SECRET: "environment-secret" };
  const withFile = (await parse([FILE], env)).options;
  assert.equal(withFile.tenantId, "t");
  assert.deepEqual(
    withFile.nodeIdentities.filter((each) => !("unavailable" in each)),
    [{ kind: "managed", id: undefined, setting: `userAssignedIdentityID in ${FILE}` }],
  );
  const without = (await parse([], env)).options;
  assert.equal(without.tenantId, "e");
  assert.deepEqual(
    without.nodeIdentities.filter((each) => !("unavailable" in each)).map(({ kind }) => kind),
    ["secret", "managed"],
  );
});

test("variables that must be set together", async () => {
  for (const name of ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"]) {
    await assert.rejects(parse([], { [name]: "x" }), new RegExp(`${name} is set, but not AZURE_CLIENT_ID`));
    await assert.rejects(
      parse([], { [name]: "x", AZURE_CLIENT_ID: "y" }),
      new RegExp(`${name} is set, but not AZURE_TENANT_ID`),
    );
  }
});

test("an application without a credential is an error; the machine's identity is not used instead", async () => {
  const path = join(directory, "unproven.json");
  const parsed = async (fields: object) => {
    await writeFile(path, JSON.stringify({ tenantId: "t", aadClientId: "some-id", ...fields }));
    return await parse([path]);
  };
  for (const fields of [{}, { aadClientSecret: "" }, { aadClientSecret: null, aadClientCertPath: " " }]) {
    await assert.rejects(parsed(fields), (error: unknown) => {
      assert.ok(error instanceof OptionsError);
      assert.match(error.message, /has aadClientId, but no credential for it: add aadClientSecret/);
      return true;
    });
  }
  // Here the managed identity is enabled or disabled explicitly.
  for (const useManagedIdentityExtension of [true, false]) await parsed({ useManagedIdentityExtension });
  await parsed({ aadClientId: "msi" });
  await parsed({ aadClientSecret: "s3cr3t" });
});
