import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectFailure, expectSuccess } from "../expect.ts";
import { registryStatus } from "../registry-client.ts";
import { type ApiVersion, parseResponse } from "../request.ts";
import { type Case, nameOfCall } from "../scenario.ts";
import type { Subject, Suite } from "../suite.ts";

/** Without faults: the response, the requests behind it, and a pull with its credential. */
export const happy: Suite = (subject) => {
  const { scenario } = subject;

  for (const like of scenario.cases) {
    describe(`${like.what}: without faults`, () => {
      // Only v1 has a field for a pod's token, but plugins must accept the older versions too.
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

      const { setLife } = like;
      if (setLife !== undefined) registerLives(subject, like, setLife);
    });
  }

  for (const flag of ["--help", "--version"]) {
    test(`${flag} prints to stdout, sends nothing, exits 0`, async () => {
      const result = await subject.run({ args: [flag], stdin: "" });
      expectSuccess(result);
      assert.match(result.stdout, new RegExp(scenario.executable));
      assert.equal(subject.clouds.connections.length, 0);
    });
  }
};

/** The cache duration follows from the credential's expiry: half of the time left, less up to a tenth. */
function registerLives(subject: Subject, like: Case, setLife: NonNullable<Case["setLife"]>): void {
  const usual = 3600;
  for (const seconds of [6 * 3600, 300, 21]) {
    test(`a credential that lives ${seconds} s is cached for half of that, or up to a tenth less`, async (context) => {
      context.after(() => setLife(subject.clouds, usual));
      setLife(subject.clouds, seconds);
      const result = await subject.run({ like });
      expectSuccess(result);
      const cached = durationSeconds(parseResponse(result.stdout).cacheDuration ?? "");
      // The run itself uses up some of the credential's lifetime.
      const least = Math.floor(((seconds - 1 - result.wallMs / 1000) / 2) * 0.9);
      assert.ok(cached >= least && cached <= seconds / 2, `${cached} s`);
    });
  }

  test("a credential that has already expired is an error", async (context) => {
    context.after(() => setLife(subject.clouds, usual));
    setLife(subject.clouds, -5);
    const result = await subject.run({ like });
    expectFailure(result, subject.scenario.executable, /expired|ended|clock/);
  });
}

/** Seconds of a Go duration of whole hours, minutes and seconds. */
function durationSeconds(duration: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] =
    /^(?:(\d+)h)?(?:(\d+)m)?(\d+)s$/.exec(duration) ?? assert.fail(duration);
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

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
  // Without a field for the pod's token, it is a request for the node.
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
  clouds.latency.set(200);
  expectSuccess(await subject.run({ like }));
  const connections = clouds.connections.filter((connection) => connection.service === service);
  assert.equal(connections.length, 1, "one connection, which the request then uses");
  const ready = connections[0]?.tlsFinishedAt ?? Number.POSITIVE_INFINITY;
  const answered = clouds.requests.filter((request) => request.service !== service).at(-1)?.finishedAt ?? 0;
  assert.ok(ready < answered, `TLS was ready ${(ready - answered).toFixed(1)} ms after the identity`);
}
