import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionsError } from "@imagecred/protocol";
import { ManualClock, runPlugin, scriptedTransport } from "@imagecred/protocol/testing";
import { plugin } from "./plugin.ts";

const REGISTRY = "registry.example.com";
const ROBOT = JSON.stringify({ name: "robot$pull", secret: "long-lived-secret" });

/** The node has only the robot account file. */
const files = (robot: string) => ({
  async readText(path: string, what: string) {
    if (path === "/etc/kubernetes/robot-account.json") return robot;
    throw new OptionsError(`reading the ${what} ${path}: no such file`);
  },
  async readBytes(path: string, what: string): Promise<Uint8Array> {
    return new TextEncoder().encode(await this.readText(path, what));
  },
  readTextIfExists: async () => undefined,
});

test("the secret is exchanged, and the runtime gets a password that is valid for minutes", async () => {
  const clock = new ManualClock();
  const transport = scriptedTransport(({ headers }) => {
    assert.equal(headers["authorization"], `Basic ${btoa("robot$pull:long-lived-secret")}`);
    return {
      status: 200,
      body: { token: "short", expires_at: new Date(clock.now() + 3_600_000).toISOString() },
    };
  });
  const { response, stdout } = await runPlugin(plugin, {
    image: `${REGISTRY}/team/app`,
    args: [REGISTRY],
    transport,
    clock,
    files: files(ROBOT),
  });
  assert.deepEqual(response?.auth, { [REGISTRY]: { username: "robot$pull", password: "short" } });
  assert.equal(response.cacheDuration, "300s");
  assert.doesNotMatch(stdout, /long-lived-secret/);
});

test("a refused secret does not show in the error, in any form", async () => {
  const transport = scriptedTransport(({ headers }) => ({
    status: 401,
    body: `no: ${headers["authorization"]}`,
  }));
  const { exitCode, stderr } = await runPlugin(plugin, {
    image: `${REGISTRY}/app`,
    args: [REGISTRY],
    transport,
    files: files(ROBOT),
  });
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /exchanging the robot account robot\$pull .*: status 401, .*; check that the robot account exists/,
  );
  assert.doesNotMatch(stderr, new RegExp(`long-lived-secret|${btoa("robot$pull:long-lived-secret")}`));
});

test("a file that is not a robot account, and a missing file", async () => {
  const run = (args: readonly string[], robot: string) =>
    runPlugin(plugin, {
      image: `${REGISTRY}/app`,
      args,
      files: files(robot),
      transport: scriptedTransport(() => undefined),
    });
  assert.match((await run([REGISTRY], "{}")).stderr, /is not JSON with "name" and "secret"/);
  assert.match(
    (await run([REGISTRY, "--robot-file", "/gone"], ROBOT)).stderr,
    /reading the robot account \/gone: no such file/,
  );
});
