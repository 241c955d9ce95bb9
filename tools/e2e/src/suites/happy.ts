import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectSuccess } from "../expect.ts";
import { registryStatus } from "../registry-client.ts";
import { type ApiVersion, parseResponse } from "../request.ts";
import { type Case, nameOfCall } from "../scenario.ts";
import type { Subject, Suite } from "../suite.ts";

/** All goes well: the answer, the requests behind it, and that its credential opens the registry. */
export const happy: Suite = (subject) => {
  const { scenario } = subject;

  for (const like of scenario.cases) {
    describe(`${like.what}: when all goes well`, () => {
      // Only v1 has a place for a pod's token, but no plugin may refuse the older ones.
      for (const apiVersion of ["v1", "v1beta1", "v1alpha1"] satisfies ApiVersion[]) {
        test(`${apiVersion}: one JSON document, and a credential that opens the registry`, async () => {
          await expectCredential(subject, like, apiVersion);
        });
      }

      test("these requests and no other, each on the first try", async () => {
        expectSuccess(await subject.run({ like }));
        assert.deepEqual(
          subject.calls(),
          like.calls.map((call) => `${nameOfCall(call)} 200`),
        );
        assert.deepEqual(
          subject.clouds.proxied.filter(({ outcome }) => outcome !== "connected"),
          [],
        );
      });

      if (like.opensEarly !== undefined) {
        test(`the connection to ${like.opensEarly} opens while the identity is still being found`, async () => {
          await expectEarlyConnection(subject, like, like.opensEarly ?? "");
        });
      }
    });
  }

  for (const flag of ["--help", "--version"]) {
    test(`${flag} prints to stdout, asks nobody, exits 0`, async () => {
      const result = await subject.run({ args: [flag], stdin: "" });
      expectSuccess(result);
      assert.match(result.stdout, new RegExp(scenario.executable));
      assert.equal(subject.clouds.connections.length, 0);
    });
  }
};

async function expectCredential(subject: Subject, like: Case, apiVersion: ApiVersion): Promise<void> {
  const { scenario, clouds } = subject;
  const result = await subject.run({ like, request: { apiVersion } });
  expectSuccess(result);
  assert.match(result.stdout, /^\{[^\n]*\}\n$/);
  const response = parseResponse(result.stdout);
  const { kind, cacheKeyType, cacheDuration = "", auth = {} } = response;
  assert.deepEqual(Object.keys(response).sort(), [
    "apiVersion",
    "auth",
    "cacheDuration",
    "cacheKeyType",
    "kind",
  ]);
  assert.equal(kind, "CredentialProviderResponse");
  assert.equal(response.apiVersion, `credentialprovider.kubelet.k8s.io/${apiVersion}`);
  // Without a place for the pod's token, it is a request for the node.
  const { request } = await like.setUp(clouds);
  const nodes = apiVersion !== "v1" && request?.token !== undefined;
  assert.equal(cacheKeyType, nodes ? scenario.cases[0].cacheKeyType : like.cacheKeyType);
  assert.match(cacheDuration, /^(\d+h)?(\d+m)?\d+s$/);
  const key = scenario.authKey ?? scenario.image.slice(0, scenario.image.indexOf("/"));
  const login = auth[key];
  assert.ok(login !== undefined, `no key ${key} among ${Object.keys(auth)}`);
  assert.equal(await registryStatus(clouds, scenario.image, login), 200);
}

async function expectEarlyConnection(subject: Subject, like: Case, service: string): Promise<void> {
  const { clouds } = subject;
  clouds.latency.set(50);
  expectSuccess(await subject.run({ like }));
  const connections = clouds.connections.filter((connection) => connection.service === service);
  assert.equal(connections.length, 1, "one connection, which the request then uses");
  const ready = connections[0]?.tlsFinishedAt ?? Number.POSITIVE_INFINITY;
  const answered = clouds.requests.filter((request) => request.service !== service).at(-1)?.finishedAt ?? 0;
  assert.ok(ready < answered, `TLS was ready ${(ready - answered).toFixed(1)} ms after the identity`);
}
