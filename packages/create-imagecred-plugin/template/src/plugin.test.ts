import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock, runPlugin, scriptedTransport } from "@imagecred/protocol/testing";
import { plugin } from "./plugin.ts";

const REGISTRY = "registry.example.com";
const image = `${REGISTRY}/team/app:v1`;

/** A registry that accepts one pod's token. */
const registry = () =>
  scriptedTransport(({ headers }) =>
    headers["authorization"] === "Bearer pod-token"
      ? { status: 200, body: { username: "pod", token: "registry-token", expires_in: 600 } }
      : { status: 401, body: "unknown pod" },
  );

test("a pod's token is exchanged for a credential, cached for less than half of its lifetime", async () => {
  const transport = registry();
  const { response } = await runPlugin(plugin, {
    image,
    serviceAccountToken: "pod-token",
    args: [REGISTRY],
    transport,
    clock: new ManualClock(),
  });
  assert.deepEqual(response?.auth, { [REGISTRY]: { username: "pod", password: "registry-token" } });
  assert.equal(response.cacheDuration, "285s");
  assert.deepEqual(
    transport.sent.map(({ method, url }) => `${method} ${url}`),
    [`POST https://${REGISTRY}/oidc/token`],
  );
});

test("a refused token: exit code 1, one line with advice and without secrets", async () => {
  const { exitCode, stdout, stderr } = await runPlugin(plugin, {
    image,
    serviceAccountToken: "other-token",
    args: [REGISTRY],
    transport: registry(),
  });
  assert.deepEqual([exitCode, stdout], [1, ""]);
  assert.match(stderr, /status 401, "unknown pod"; check that the registry trusts this cluster/);
  assert.doesNotMatch(stderr, /other-token/);
});

test("another registry, or no token: nothing is sent", async () => {
  for (const request of [
    { image: `${REGISTRY}.evil.test/app`, serviceAccountToken: "pod-token" },
    { image },
  ]) {
    const transport = registry();
    const { exitCode } = await runPlugin(plugin, { ...request, args: [REGISTRY], transport });
    assert.equal(exitCode, 1);
    assert.deepEqual(transport.sent, []);
  }
});
