import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectFailure, expectSuccess } from "../expect.ts";
import { nameOfCall } from "../scenario.ts";
import type { Suite } from "../suite.ts";

/** As on a node: real names and addresses, port 443, no proxy. Runs inside the namespace that `namespace.ts` sets up. */
export const network: Suite = (subject) => {
  const { scenario } = subject;
  const [first] = scenario.cases;
  const cloud = first.calls.find(({ kind }) => kind === "cloud");
  const run = async (env: Record<string, string> = {}) => {
    const inputs = await scenario.network.setUp(subject.clouds);
    const like = { ...first, setUp: async () => ({ ...inputs, env: { ...inputs.env, HTTPS_PROXY: "" } }) };
    return await subject.run({ like, env });
  };

  describe("real names and addresses", () => {
    test("the same requests, each over the right kind of connection", async () => {
      expectSuccess(await run());
      assert.deepEqual(
        subject.calls(),
        first.calls.map((call) => `${nameOfCall(call)} 200`),
      );
      assert.deepEqual(new Set(subject.clouds.connections.map(({ via }) => via)), new Set(["direct"]));
    });

    for (const like of scenario.network.cases ?? []) {
      test(`${like.what}: the same requests`, async () => {
        expectSuccess(await subject.run({ like, env: { HTTPS_PROXY: "" } }));
        assert.deepEqual(
          subject.calls(),
          like.calls.map((call) => `${nameOfCall(call)} 200`),
        );
      });
    }

    test("metadata never goes through a proxy, whatever the environment says", async () => {
      const proxy = subject.clouds.core.proxy.url;
      const env = {
        HTTP_PROXY: proxy,
        http_proxy: proxy,
        ALL_PROXY: proxy,
        all_proxy: proxy,
        HTTPS_PROXY: proxy,
      };
      expectSuccess(await run(env));
      assert.deepEqual(
        subject.clouds.proxied.filter(({ outcome }) => outcome !== "connected"),
        [],
      );
      const direct = subject.clouds.connections.filter(({ via }) => via === "direct");
      assert.deepEqual(
        new Set(direct.map(({ service }) => service)),
        new Set([scenario.network.metadataService]),
      );
    });

    if (cloud !== undefined) {
      const { service } = cloud;
      test("NO_PROXY keeps the cloud's API off the proxy", async () => {
        const host = scenario.network.cloudHosts.join(",");
        expectSuccess(await run({ HTTPS_PROXY: subject.clouds.core.proxy.url, NO_PROXY: host }));
        assert.deepEqual(subject.clouds.proxied, []);
      });

      test("a connection that is reset once is opened again", async () => {
        await subject.clouds.faults.add({ service, times: 1, fault: { kind: "reset", when: "connect" } });
        expectSuccess(await run());
        assert.equal(subject.clouds.connections.filter((each) => each.service === service).length, 2);
      });

      test("without the fakes' CA in SSL_CERT_FILE, nothing is sent to them", async () => {
        const result = await run({ SSL_CERT_FILE: "" });
        expectFailure(result, scenario.executable, /certificate/);
        assert.equal(subject.clouds.requests.filter((request) => request.service === service).length, 0);
      });
    }
  });
};
