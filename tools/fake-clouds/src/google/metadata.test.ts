import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Clouds, startClouds } from "../clouds.ts";
import { call } from "../testing/client.ts";

let clouds: Clouds;
before(async () => {
  clouds = await startClouds({ google: { instance: { attributes: { key: "value" } } } });
});
after(() => clouds.close());

const FLAVOR = { "metadata-flavor": "Google" };
const get = (path: string, headers: Record<string, string> = FLAVOR, method = "GET") =>
  call(`${clouds.google.origins.metadata}/computeMetadata/v1/${path}`, { headers, method });

describe("the metadata server", () => {
  test("responds to requests with the header, and identifies itself", async () => {
    const email = clouds.google.email("node");
    for (const [path, body] of [
      ["instance/service-accounts/", `default/\n${email}/\n${clouds.google.email("builder")}/\n`],
      ["instance/service-accounts/default/email", email],
      [`instance/service-accounts/${email}/aliases`, "default\n"],
      ["instance/service-accounts/default/scopes", "https://www.googleapis.com/auth/cloud-platform\n"],
      ["instance/attributes/key", "value"],
      ["project/project-id", "imagecred-prod"],
      ["universe/universe-domain", "googleapis.com"],
    ] as const) {
      const answer = await get(path);
      assert.deepEqual([answer.status, answer.body], [200, body], path);
      assert.equal(answer.headers["metadata-flavor"], "Google");
    }
  });

  test("rejects requests without the header or through a proxy", async () => {
    const path = "instance/service-accounts/default/token";
    assert.equal((await get(path, {})).status, 403);
    assert.equal((await get(path, { "metadata-flavor": "google" })).status, 403);
    assert.equal((await get(path, { ...FLAVOR, "x-forwarded-for": "10.0.0.1" })).status, 403);
    assert.equal((await get(path, FLAVOR, "POST")).status, 405);
  });

  test("returns 404 for everything else", async () => {
    for (const path of [
      "instance/service-accounts/nobody@example.com/token",
      "instance/service-accounts/default/nothing",
      "instance/attributes/nothing",
      "instance/attributes/toString",
      "nothing",
    ]) {
      assert.equal((await get(path)).status, 404, path);
    }
  });

  test("returns tokens of the account with the right expiry", async () => {
    clouds.google.instance.tokenSeconds = 300;
    const { access_token, expires_in } = JSON.parse(
      (await get("instance/service-accounts/default/token")).body,
    );
    assert.equal(expires_in, 300);
    const grant = await clouds.google.check(access_token);
    assert.equal(grant?.principal, `serviceAccount:${clouds.google.email("node")}`);
    assert.ok(Math.abs((grant?.expiresAt ?? 0) - Date.now() - 300_000) < 5_000);
  });
});
