import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";
import { bearerOf, Core, json } from "@imagecred/fake-clouds/core";
import { DOCS } from "@imagecred/workspace";

const SOURCE = join(DOCS, "examples/oidc-credential-provider.ts");
const AUDIENCE = "registry.example.com";

/** A registry that trusts the cluster's service account issuer. */
async function startRegistry(): Promise<Core> {
  const core = await Core.start({});
  await core.addTls({
    name: "example.registry",
    about: "a registry that takes service account tokens",
    example: AUDIENCE,
    hosts: (host) => host === AUDIENCE,
    operation: () => "TokenExchange",
    handle: async (request) => {
      const claims = await core.cluster
        .verify(bearerOf(request.headers["authorization"]) ?? "", [AUDIENCE])
        .catch(() => undefined);
      if (claims === undefined || !("sub" in claims)) return json(401, {});
      return json(200, {
        username: claims.sub,
        token: core.secrets.issue("example.token", 40),
        expires_in: 600,
      });
    },
  });
  return core;
}

async function run(core: Core, image: string, serviceAccountToken?: string) {
  const child = spawn(process.execPath, ["--conditions=@imagecred/source", SOURCE, AUDIENCE], {
    env: { HTTPS_PROXY: core.proxy.url, SSL_CERT_FILE: core.caFile },
  });
  child.stdin.end(
    JSON.stringify({
      kind: "CredentialProviderRequest",
      apiVersion: "credentialprovider.kubelet.k8s.io/v1",
      image,
      serviceAccountToken,
    }),
  );
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { stdout, stderr, code };
}

describe("the example of docs/writing-a-plugin.md", () => {
  test("trades a pod's token for a credential", async () => {
    const core = await startRegistry();
    try {
      const token = await core.cluster.issueServiceAccountToken({
        audience: AUDIENCE,
        namespace: "team",
        serviceAccount: "app",
      });
      const { stdout, stderr, code } = await run(core, `${AUDIENCE}/app`, token);
      assert.deepEqual([code, stderr], [0, ""]);
      const response = JSON.parse(stdout);
      assert.equal(response.auth[AUDIENCE].username, "system:serviceaccount:team:app");
      assert.match(response.cacheDuration, /^2[789]\ds$|^300s$/);

      const strange = await run(core, `${AUDIENCE}/app`, `${token}x`);
      assert.deepEqual([strange.code, strange.stdout], [1, ""]);
      assert.match(
        strange.stderr,
        /^oidc-credential-provider: trading the pod's service account token at .*: status 401; check its trust\n$/,
      );
    } finally {
      await core.close();
    }
  });

  test("refuses other registries and requests without a token before it sends anything", async () => {
    const core = await startRegistry();
    try {
      assert.match(
        (await run(core, "evil.test/app", "a.b.c")).stderr,
        /evil\.test is not registry\.example\.com/,
      );
      assert.match((await run(core, `${AUDIENCE}/app`)).stderr, /the kubelet sent none; set tokenAttributes/);
      assert.equal(core.log.requests.length, 0);
    } finally {
      await core.close();
    }
  });
});
