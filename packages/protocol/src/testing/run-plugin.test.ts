import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CredentialError } from "../errors.ts";
import type { CredentialProvider } from "../provider.ts";
import { Secret } from "../secret.ts";
import { ManualClock } from "./manual-clock.ts";
import { runPlugin } from "./run-plugin.ts";
import { scriptedTransport } from "./scripted-transport.ts";

/** Requests one URL and returns the body as the password. */
const plugin: CredentialProvider<{ readonly url: string }> = {
  name: "test-credential-provider",
  version: "1.2.3",
  usage: { title: "For a test.", flags: {} },
  options: ({ args, env }) => ({ url: `https://${args[0]}${env["SUFFIX"] ?? ""}/` }),
  async credential({ image, serviceAccountToken, serviceAccountAnnotations }, { url }, { http, clock }) {
    const { status, body } = await http.cloud({
      service: "test",
      operation: "Ask",
      method: "POST",
      url,
      headers: { authorization: serviceAccountToken?.reveal() ?? "none" },
    });
    if (status !== 200) throw new CredentialError({ action: "asking", reason: `status ${status}` });
    const password = new Secret(new TextDecoder().decode(body));
    const username = serviceAccountAnnotations["user"] ?? "u";
    return {
      cacheKeyType: "Registry",
      auth: { [image.registry]: { username, password } },
      expiresAt: clock.now() + 3_600_000,
    };
  },
};

describe("runPlugin", () => {
  test("passes the request, the arguments and the environment, and parses the response", async () => {
    const transport = scriptedTransport(({ url }) =>
      url === "https://host.test/" ? { status: 200, body: "sesame" } : undefined,
    );
    const run = await runPlugin(plugin, {
      image: "r.example/app:v1",
      serviceAccountToken: "a.b.c",
      serviceAccountAnnotations: { user: "pod" },
      args: ["host"],
      env: { SUFFIX: ".test" },
      transport,
      clock: new ManualClock(),
    });
    assert.deepEqual([run.exitCode, run.stderr], [0, ""]);
    assert.deepEqual(run.response, {
      kind: "CredentialProviderResponse",
      apiVersion: "credentialprovider.kubelet.k8s.io/v1",
      cacheKeyType: "Registry",
      cacheDuration: "1710s",
      auth: { "r.example": { username: "pod", password: "sesame" } },
    });
    assert.deepEqual(
      transport.sent.map(({ method, url, headers }) => [method, url, headers["authorization"]]),
      [["POST", "https://host.test/", "a.b.c"]],
    );
  });

  test("a failure: exit 1, nothing on stdout, the error on stderr", async () => {
    const transport = scriptedTransport(() => ({ status: 403, body: { error: "no" } }));
    const run = await runPlugin(plugin, { image: "r.example/app", args: ["host"], transport });
    assert.deepEqual([run.exitCode, run.stdout, run.response], [1, "", undefined]);
    assert.match(run.stderr, /^test-credential-provider: for r\.example, asking: status 403\n$/);
  });

  test("if the script has no response, the connection is refused, also for retries", async () => {
    const clock = new ManualClock();
    const transport = scriptedTransport(() => undefined);
    const run = await runPlugin(plugin, { image: "r.example/app", args: ["host"], transport, clock });
    assert.equal(run.exitCode, 1);
    assert.match(run.stderr, /refused|ECONNREFUSED/);
    assert.equal(transport.sent.length, clock.sleeps.length + 1);
  });
});
