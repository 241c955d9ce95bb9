import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { crypto, runShell } from "#runtime";
import { CredentialError, OptionsError, UnsupportedRegistryError } from "./errors.ts";
import { systemFiles } from "./files.ts";
import { TransportError } from "./http/transport.ts";
import type { Context, CredentialProvider, ProviderResponse } from "./provider.ts";
import { run } from "./run.ts";
import { Secret } from "./secret.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { API_VERSIONS } from "./wire/api-version.ts";

const HOUR = 3_600_000;
const line = (fields: object = {}) =>
  JSON.stringify({
    kind: "CredentialProviderRequest",
    apiVersion: API_VERSIONS[1],
    image: "r.io/app",
    ...fields,
  });

interface Setup {
  readonly stdin?: string;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  readonly options?: () => string;
  readonly credential?: (context: Context, clock: ManualClock) => Promise<ProviderResponse>;
}

async function execute(setup: Setup = {}) {
  const clock = new ManualClock();
  const output = { stdout: "", stderr: "" };
  const answer = async (): Promise<ProviderResponse> => ({
    cacheKeyType: "Registry",
    auth: { "r.io": { username: "u", password: new Secret("the-password") } },
    expiresAt: clock.now() + 12 * HOUR,
  });
  const provider: CredentialProvider<string> = {
    name: "test-credential-provider",
    version: "1.2.3",
    usage: { title: "A plugin for tests.", flags: {} },
    options: setup.options ?? (() => "options"),
    credential: (_request, _options, context) => (setup.credential ?? answer)(context, clock),
  };
  const code = await run(provider, {
    stdio: {
      args: setup.args ?? [],
      env: setup.env ?? {},
      readStdin: async () => new TextEncoder().encode(setup.stdin ?? line()),
      writeStdout: (text) => {
        output.stdout += text;
      },
      writeStderr: (text) => {
        output.stderr += text;
      },
      exit: () => assert.fail("run never ends the process itself"),
      onUncaught: () => {},
    },
    transport: {
      request: () => Promise.reject(new TransportError("connect", "ECONNREFUSED", "refused")),
      preconnect: () => {},
      firstSent: () => new Promise(() => {}),
    },
    files: systemFiles,
    clock,
    crypto,
    runShell,
    random: () => 0,
  });
  return { code, ...output };
}

describe("run", () => {
  test("responds in the request's version, with half of the credential's lifetime", async () => {
    const { code, stdout, stderr } = await execute();
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(JSON.parse(stdout), {
      kind: "CredentialProviderResponse",
      apiVersion: API_VERSIONS[1],
      cacheKeyType: "Registry",
      cacheDuration: "21600s",
      auth: { "r.io": { username: "u", password: "the-password" } },
    });
  });

  test("responds 0s for a credential that must not be cached", async () => {
    const credential = async (): Promise<ProviderResponse> => ({
      cacheKeyType: "Image",
      auth: { "r.io": { username: "", password: new Secret("") } },
      expiresAt: "do-not-cache",
    });
    assert.equal(JSON.parse((await execute({ credential })).stdout).cacheDuration, "0s");
  });

  const failures: readonly (readonly [what: string, setup: Setup, stderr: RegExp])[] = [
    [
      "an invalid request",
      { stdin: "{" },
      /^test-credential-provider: the request on stdin is not one JSON document/,
    ],
    [
      "invalid options",
      {
        options: () => {
          throw new OptionsError("--x is wrong");
        },
      },
      /^test-credential-provider: --x is wrong\n$/,
    ],
    [
      "an unsupported registry",
      { credential: () => Promise.reject(new UnsupportedRegistryError("r.io is not ours")) },
      /: r\.io is not ours\n$/,
    ],
    [
      "an unreachable API",
      {
        credential: async (context) => {
          await context.http.cloud({
            service: "Example",
            operation: "GetToken",
            method: "GET",
            url: "https://api.test/x?secret=1",
          });
          return assert.fail("the call fails");
        },
      },
      /: for r\.io, asking Example \(GetToken, https:\/\/api\.test\): api\.test refused the connection; check that the node can reach api\.test\n$/,
    ],
    [
      "a credential that has expired by this node's clock",
      {
        credential: async (_, clock) => ({
          cacheKeyType: "Registry",
          auth: { "r.io": { username: "u", password: new Secret("the-password") } },
          expiresAt: clock.now() - 1,
        }),
      },
      /it expired at 2029-12-31T23:59:59\.999Z, and this node's clock says 2030-01-01T00:00:00\.000Z; check the node's clock\n$/,
    ],
    [
      "a response without a credential",
      {
        credential: async (_, clock) => ({ cacheKeyType: "Global", auth: {}, expiresAt: clock.now() + HOUR }),
      },
      /internal error: RangeError: the response has no credential/,
    ],
    [
      "a defect",
      { credential: () => Promise.reject(new TypeError("x is undefined")) },
      /internal error: TypeError: x is undefined; please report it/,
    ],
    [
      "an invalid IMAGECRED_TIMEOUT",
      { env: { IMAGECRED_TIMEOUT: "20" } },
      /IMAGECRED_TIMEOUT is "20", expected a duration such as 20s/,
    ],
    [
      "a negative IMAGECRED_TIMEOUT",
      { env: { IMAGECRED_TIMEOUT: "-1s" } },
      /IMAGECRED_TIMEOUT is -1s, expected more than 0/,
    ],
  ];
  for (const [what, setup, stderr] of failures) {
    test(`fails for ${what}: exit 1, nothing on stdout, one line on stderr`, async () => {
      const result = await execute(setup);
      assert.equal(result.code, 1);
      assert.equal(result.stdout, "");
      assert.match(result.stderr, stderr);
      assert.equal(result.stderr.trimEnd().split("\n").length, 1);
    });
  }

  test("accepts a limit that is longer than timers support (IMAGECRED_TIMEOUT=600h)", async () => {
    for (const IMAGECRED_TIMEOUT of ["600h", "2562047h"]) {
      assert.equal((await execute({ env: { IMAGECRED_TIMEOUT, IMAGECRED_LOG: "error" } })).code, 0);
    }
  });

  test("returns a credential with an invalid expiry, not to be cached", async () => {
    const auth = { "r.io": { username: "u", password: new Secret("the-password") } };
    const credential = async (): Promise<ProviderResponse> => ({
      cacheKeyType: "Registry",
      auth,
      expiresAt: Number.NaN,
    });
    assert.equal(JSON.parse((await execute({ credential })).stdout).cacheDuration, "0s");
  });

  test("adds the registry to an error without it", async () => {
    const failing = (action: string) =>
      execute({
        credential: () => Promise.reject(new CredentialError({ action, reason: "status 500" })),
      });
    assert.equal(
      (await failing("asking the metadata server")).stderr,
      "test-credential-provider: for r.io, asking the metadata server: status 500\n",
    );
    assert.equal(
      (await failing("exchanging a token at r.io")).stderr,
      "test-credential-provider: exchanging a token at r.io: status 500\n",
    );
  });

  test("redacts a secret that a server's error repeats", async () => {
    const credential = () => {
      const secret = new Secret("token-of-the-pod");
      return Promise.reject(new CredentialError({ action: "a", reason: `bad token ${secret.reveal()}` }));
    };
    assert.equal(
      (await execute({ credential })).stderr,
      "test-credential-provider: for r.io, a: bad token [redacted]\n",
    );
  });

  test("does not add the registry to an error that has it", async () => {
    const credential = () =>
      Promise.reject(
        new CredentialError({ action: "looking for an identity for r.io", reason: "none found" }),
      );
    assert.equal(
      (await execute({ credential })).stderr,
      "test-credential-provider: looking for an identity for r.io: none found\n",
    );
  });

  test("limits the cache duration to the plugin's maximum", async () => {
    for (const [maxCacheSeconds, expected] of [
      [300, "300s"],
      [86_400, "1800s"],
    ] as const) {
      const { stdout } = await execute({
        credential: async (_, clock) => ({
          cacheKeyType: "Registry",
          auth: { "r.io": { username: "u", password: new Secret("the-password") } },
          expiresAt: clock.now() + HOUR,
          maxCacheSeconds,
        }),
      });
      assert.equal(JSON.parse(stdout).cacheDuration, expected);
    }
  });

  test("prints usage and version without reading a request", async () => {
    assert.match(
      (await execute({ args: ["--help"], stdin: "" })).stdout,
      /^A plugin for tests\.\n[\s\S]*\nUsage:\n {2}test-credential-provider \[flags\]\n/,
    );
    assert.equal(
      (await execute({ args: ["--version"], stdin: "" })).stdout,
      "test-credential-provider 1.2.3\n",
    );
  });
});
