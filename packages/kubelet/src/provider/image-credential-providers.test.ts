import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ProgramRequest, type ProgramResult, Secret } from "@imagecred/protocol";
import { crypto } from "@imagecred/protocol/runtime";
import type { CredentialProvider } from "../config/types.ts";
import { memoryFileSystem } from "../testing/memory-file-system.ts";
import { ImageCredentialProviders, type ProvidersOptions } from "./image-credential-providers.ts";
import type { Pod, ServiceAccounts } from "./service-account.ts";

const API_VERSION = "credentialprovider.kubelet.k8s.io/v1";

function provider(name: string, fields: Partial<CredentialProvider> = {}): CredentialProvider {
  return {
    name,
    matchImages: ["r.io"],
    defaultCacheDuration: 600_000_000_000n,
    apiVersion: API_VERSION,
    args: null,
    env: null,
    tokenAttributes: null,
    ...fields,
  };
}

function answer(cacheKeyType: string, auth: object, cacheDuration?: string): Partial<ProgramResult> {
  const response = {
    kind: "CredentialProviderResponse",
    apiVersion: API_VERSION,
    cacheKeyType,
    auth,
    cacheDuration,
  };
  return { stdout: new TextEncoder().encode(JSON.stringify(response)) };
}

/** Plugins that respond at once, by name; `asked` has their requests. */
function setUp(
  providers: readonly CredentialProvider[],
  answers: Readonly<Record<string, Partial<ProgramResult>>>,
  options: Partial<ProvidersOptions> = {},
) {
  const asked: ProgramRequest[] = [];
  const clock = { time: 0, now: () => clock.time, elapsed: () => clock.time, sleep: async () => {} };
  const sut = new ImageCredentialProviders(
    { providers },
    {
      binDir: "/bin",
      fileSystem: memoryFileSystem(new Map()),
      clock,
      crypto,
      environment: {},
      runProgram: async (request) => {
        asked.push(request);
        clock.time += 7;
        const done = {
          status: 0,
          signal: null,
          timedOut: false,
          stdoutTruncated: false,
          outputHeld: false,
          stderr: "",
        };
        return { ...done, stdout: new Uint8Array(), ...answers[request.file.slice(5)] };
      },
      ...options,
    },
  );
  const run = async (image: string, pod?: Pod) => {
    const { credentials, trace } = await sut.credentialsFor(image, pod);
    return {
      trace,
      users: credentials.map(({ username, key, provider: from }) => `${from} ${key} ${username}`),
    };
  };
  return { run, asked, clock, sut };
}

const user = (username: string) => ({ username, password: "p" });

test("all providers that match the image are run, their responses merged by key, and traced", async () => {
  const { run, asked } = setUp(
    [provider("b"), provider("a"), provider("other", { matchImages: ["x.io", "r.io:80"] })],
    {
      a: answer("Image", { "r.io/team": user("2") }),
      b: answer("Registry", { "r.io": user("1"), "*.io": user("0") }),
    },
  );
  const { users, trace } = await run("r.io/team/app:v1");
  assert.deepEqual(users, ["a r.io/team 2", "b r.io 1", "b *.io 0"]);
  assert.deepEqual(
    trace.map(({ provider: name, outcome, execMs, stored, keys }) => [
      name,
      outcome,
      execMs,
      stored?.base,
      keys,
    ]),
    [
      ["b", "executed", 7, "r.io", ["r.io", "*.io"]],
      ["a", "executed", 7, "r.io/team/app", ["r.io/team"]],
      ["other", "no-match", undefined, undefined, undefined],
    ],
  );
  assert.deepEqual(
    trace[2]?.matches.map(({ reason }) => reason.kind),
    ["label", "port"],
  );
  assert.deepEqual(
    asked.map(({ file, timeoutMs }) => [file, timeoutMs]),
    [
      ["/bin/b", 60_000],
      ["/bin/a", 60_000],
    ],
  );
  assert.equal(
    asked[0]?.stdin,
    `{"kind":"CredentialProviderRequest","apiVersion":"${API_VERSION}","image":"r.io/team/app"}\n`,
  );
});

test("until 1.32, providers are run in the order of their names", async () => {
  const both = { a: answer("Image", { "r.io": user("a") }), b: answer("Image", { "r.io": user("b") }) };
  const { run } = setUp([provider("b"), provider("a")], both, { kubernetesVersion: "1.32" });
  assert.deepEqual((await run("r.io/x")).users, ["a r.io a", "b r.io b"]);
});

test("a response is cached until it expires, and the trace has the cache entry", async () => {
  const { run, asked, clock } = setUp([provider("a")], {
    a: answer("Registry", { "r.io": user("1") }, "5s"),
  });
  assert.deepEqual((await run("r.io/x")).trace[0]?.stored, {
    cacheKeyType: "Registry",
    base: "r.io",
    perServiceAccount: false,
    expiresAt: 5007,
  });
  clock.time = 5007;
  const second = await run("r.io/y");
  assert.equal(second.trace[0]?.outcome, "cached");
  assert.deepEqual(second.trace[0]?.hit, {
    cacheKeyType: "Registry",
    base: "r.io",
    perServiceAccount: false,
  });
  clock.time = 5008;
  assert.equal((await run("r.io/y")).trace[0]?.outcome, "executed");
  assert.equal(asked.length, 2);
});

test("pulls of one image at the same time run the plugin once", async () => {
  const { run, asked } = setUp([provider("a")], { a: answer("Image", { "r.io": user("1") }, "0s") });
  const both = await Promise.all([run("r.io/x"), run("r.io/x:v2")]);
  assert.deepEqual(
    both.map(({ trace }) => trace[0]?.outcome),
    ["executed", "shared"],
  );
  assert.equal(both[0]?.trace[0]?.notStored, "zero-duration");
  assert.equal(asked.length, 1);
});

describe("a provider that fails is skipped, with the kubelet's text", () => {
  const failing: readonly (readonly [
    result: Partial<ProgramResult>,
    error: RegExp,
    fault: string | undefined,
  ])[] = [
    [{ status: 3, stderr: "no luck" }, /plugin a for image r\.io\/x: exit status 3: no luck$/, "exit"],
    [{ status: null, signal: "SIGTERM" }, /: signal: terminated: $/, "exit"],
    [{ status: null, signal: "SIGKILL", timedOut: true }, /: context deadline exceeded: $/, "timeout"],
    [answer("ServiceAccount", {}), /did not return a valid cacheKeyType: ServiceAccount$/, undefined],
    [
      answer("Image", { "r.io": { auth: "x" } }),
      /error decoding credential provider plugin response/,
      "undecodable",
    ],
  ];
  for (const [result, error, fault] of failing) {
    test(String(error), async () => {
      const { run } = setUp([provider("a"), provider("b")], {
        a: result,
        b: answer("Image", { "r.io": user("1") }),
      });
      const { users, trace } = await run("r.io/x");
      assert.deepEqual(users, ["b r.io 1"]);
      assert.equal(trace[0]?.outcome, "failed");
      assert.match(trace[0]?.error ?? "", error);
      assert.equal(trace[0]?.fault, fault);
    });
  }

  test("details that the kubelet leaves out are in the trace, without values", async () => {
    const { run } = setUp([provider("a")], { a: answer("Image", { "r.io": { auth: "c2VjcmV0" } }) });
    assert.equal((await run("r.io/x")).trace[0]?.detail, 'unknown field "auth.r.io.auth"');
  });
});

describe("service account mode", () => {
  const pod: Pod = { namespace: "ns", name: "pod", uid: "u1", serviceAccountName: "sa" };
  const attributes = {
    serviceAccountTokenAudience: "aud",
    cacheType: "ServiceAccount",
    requireServiceAccount: true,
    requiredServiceAccountAnnotationKeys: ["a/id"],
    optionalServiceAccountAnnotationKeys: null,
  };
  const serviceAccounts: ServiceAccounts = {
    get: async () => ({ uid: "u2", annotations: new Map([["a/id", "1"]]) }),
    requestToken: async () => new Secret("the-token"),
  };
  const echo = { a: answer("Image", { "r.io": { username: "u", password: "the-token" } }) };
  const start = (fields: object, options: Partial<ProvidersOptions>, answers = echo) =>
    setUp([provider("a", { tokenAttributes: { ...attributes, ...fields } })], answers, options);

  test("the plugin gets token and annotations, and the credentials belong to the account", async () => {
    const { run, asked, sut } = start({ cacheType: "Token" }, { serviceAccounts });
    assert.equal((await run("r.io/x", pod)).trace[0]?.outcome, "executed");
    assert.match(
      String(asked[0]?.stdin),
      /"serviceAccountToken":"the-token","serviceAccountAnnotations":\{"a\/id":"1"\}/,
    );
    const { credentials } = await sut.credentialsFor("r.io/x", pod);
    assert.deepEqual(credentials[0]?.serviceAccount, { namespace: "ns", name: "sa", uid: "u2" });
  });

  test("a token returned as the password is rejected, except for cacheType Token and before 1.34", async () => {
    const refused = await start({}, { serviceAccounts }).run("r.io/x", pod);
    assert.match(refused.trace[0]?.error ?? "", /returned the service account token as the password/);
    assert.equal(JSON.stringify(refused.trace).includes("the-token"), false);
    const before = await start({}, { serviceAccounts, saTokens: true, kubernetesVersion: "1.33" }).run(
      "r.io/x",
      pod,
    );
    assert.equal(before.trace[0]?.outcome, "executed");
  });

  test("without a required service account or annotation the plugin is not run", async () => {
    const without = start({ requiredServiceAccountAnnotationKeys: ["b/id"] }, { serviceAccounts });
    assert.equal((await without.run("r.io/x", pod)).trace[0]?.missingAnnotation, "b/id");
    const nobody = start({}, { serviceAccounts });
    assert.equal((await nobody.run("r.io/x")).trace[0]?.outcome, "no-service-account");
    assert.equal(without.asked.length + nobody.asked.length, 0);
  });

  test("an error of the API server becomes part of the kubelet's text", async () => {
    const refusing = {
      ...serviceAccounts,
      requestToken: () => Promise.reject(new Error("audience not allowed")),
    };
    const { trace } = await start({}, { serviceAccounts: refusing }).run("r.io/x", pod);
    assert.equal(trace[0]?.error, "failed to get service account token: audience not allowed");
    const nothing = await start({}, {}).run("r.io/x", pod);
    assert.equal(nothing.trace[0]?.error, "failed to get service account: there is no API server to ask");
  });

  test("with the gate off it is run like other plugins", async () => {
    const { run, asked } = start({}, { serviceAccounts, saTokens: false });
    assert.equal((await run("r.io/x", pod)).trace[0]?.outcome, "executed");
    assert.doesNotMatch(String(asked[0]?.stdin), /serviceAccount/);
  });

  test("annotations that are too long for a key are rejected", async () => {
    const large = {
      ...serviceAccounts,
      get: async () => ({ uid: "u", annotations: new Map([["a/id", "x".repeat(65_536)]]) }),
    };
    const { trace } = await start({}, { serviceAccounts: large }).run("r.io/x", pod);
    assert.equal(
      trace[0]?.error,
      "error generating service account cache key: cryptobyte: pending child length 65536 exceeds 2-byte length prefix",
    );
  });
});
