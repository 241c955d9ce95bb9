import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { assertGolden } from "../../testing/golden.ts";
import { putKubelet } from "../../testing/kubelet-process.ts";
import { answer, PLACES, putConfig, putPlugin } from "../../testing/plugins.ts";
import { type Bench, bench, type Ran, type RunOptions } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import type { GetDocument } from "./document.ts";

const PATH = { env: { PATH: "/usr/bin:/bin" } };

async function get(
  place: Bench,
  image: string,
  args: readonly string[] = [],
  options: RunOptions = PATH,
): Promise<GetDocument & { readonly code: number }> {
  const { code, stdout, stderr } = await place.run(["get", image, ...PLACES, "-o", "json", ...args], options);
  assert.equal(stderr, "");
  return { ...(checkedDocument(stdout) as unknown as GetDocument), code };
}

function human(place: Bench, image: string, ...args: readonly string[]): Promise<Ran> {
  return place.run(["get", image, ...PLACES, ...args], PATH);
}

test("credentials are in the kubelet's order, and redacted without --reveal", async () => {
  using place = bench();
  putConfig(place, { name: "a", match: ["*.io"] }, { name: "b", match: ["r.io"] });
  putPlugin(place, "a", answer({ "*.io": ["wide", "password-of-a"] }));
  putPlugin(place, "b", answer({ "r.io/team": ["narrow", "password-of-b"], "s.io": ["unused", "x"] }));
  const document = await get(place, "r.io/team/app:v1");
  assert.equal(document.code, 0);
  assert.deepEqual(
    document.credentials.map(({ key, provider, username, password }) => [key, provider, username, password]),
    [
      ["r.io/team", "b", "narrow", null],
      ["*.io", "a", "wide", null],
    ],
  );
  assert.equal(document.credentials[0]?.passwordLength, 13);
  const revealed = await get(place, "r.io/team/app:v1", ["--reveal"]);
  assert.deepEqual(
    revealed.credentials.map(({ password }) => password),
    ["password-of-b", "password-of-a"],
  );
  for (const ran of [
    await human(place, "r.io/team/app"),
    await place.run(["get", "r.io/team/app", ...PLACES, "-o", "json"], PATH),
  ]) {
    assert.ok(!/password-of/.test(ran.stdout + ran.stderr));
  }
  assert.match((await human(place, "r.io/team/app", "--reveal")).stdout, /password-of-b/);
});

test("the request, the arguments and the environment are the kubelet's", async () => {
  using place = bench();
  putConfig(place, {
    name: "p",
    match: ["r.io"],
    more: ["args: [one, 'two words']", "env: [{name: SHARED, value: from-config}]"],
  });
  putPlugin(
    place,
    "p",
    `read request; printf '%s|%s|%s|%s' "$request" "$2" "$SHARED" "$ONLY_SHELL" > ${place.path("seen")}; ${answer({ "r.io": ["u", "p"] })}`,
  );
  await get(place, "r.io/app:v1", ["--env-from", "shell"], {
    env: { PATH: "/usr/bin:/bin", SHARED: "from-shell", ONLY_SHELL: "yes" },
  });
  const { readFileSync } = await import("node:fs");
  const [request, second, shared, shell] = readFileSync(place.path("seen"), "utf8").split("|");
  assert.equal(
    request,
    '{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"r.io/app"}',
  );
  assert.deepEqual([second, shared, shell], ["two words", "from-config", "yes"]);
});

test("plugins run with the running kubelet's environment", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.io"] });
  putPlugin(
    place,
    "p",
    `printf '%s|%s' "$FROM_KUBELET" "$FROM_SHELL" > ${place.path("seen")}; ${answer({ "r.io": ["u", "p"] })}`,
  );
  putKubelet(place, 99, {
    words: ["kubelet"],
    env: { PATH: "/usr/bin:/bin", FROM_KUBELET: "a=b", LD_PRELOAD: "/evil.so" },
  });
  const shell = { env: { PATH: "/usr/bin:/bin", FROM_SHELL: "yes" } };
  const { environment } = await get(place, "r.io/app", [], shell);
  assert.deepEqual(environment, { source: "kubelet", pid: 99 });
  const { readFileSync } = await import("node:fs");
  assert.equal(readFileSync(place.path("seen"), "utf8"), "a=b|");
  await get(place, "r.io/app", ["--env-from", "shell"], shell);
  assert.equal(readFileSync(place.path("seen"), "utf8"), "|yes");
  using other = bench();
  putConfig(other, { name: "p", match: ["r.io"] });
  assert.match(
    (await other.run(["get", "r.io/a", ...PLACES, "--env-from", "kubelet"])).stderr,
    /--env-from kubelet: no kubelet runs here/,
  );
});

test("errors of plugins, with the kubelet's message and details that it leaves out", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.io"] });
  const cases: readonly (readonly [string, RegExp, RegExp | null])[] = [
    ["echo 'no role' >&2; exit 3", /exit status 3: no role/, null],
    ["echo not json", /error reading GVK from response: couldn't get version\/kind; json parse error/, null],
    [
      answer({}, { apiVersion: "credentialprovider.kubelet.k8s.io/v1beta1" }),
      /did not match expected apiVersion/,
      null,
    ],
    [
      answer({ "r.io": ["u", "p"] }, { cacheKeyType: "ServiceAccount" }),
      /did not return a valid cacheKeyType: ServiceAccount/,
      null,
    ],
    [
      answer({ "r.io": ["u", "p"] }, { extra: 1 }),
      /error decoding credential provider plugin response from stdout/,
      /unknown field "extra"/,
    ],
    ["kill -KILL $$", /signal: killed/, null],
  ];
  for (const [script, error, detail] of cases) {
    putPlugin(place, "p", script);
    const { code, providers, credentials } = await get(place, "r.io/app");
    assert.deepEqual([code, providers[0]?.outcome, credentials], [1, "failed", []], script);
    assert.match(providers[0]?.error ?? "", error);
    if (detail === null) assert.equal(providers[0]?.detail, null);
    else assert.match(providers[0]?.detail ?? "", detail);
  }
});

test("a plugin's text cannot move the cursor, hide characters or forge a line of the report", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.io"] });
  // In the kubelet's message: the whole of stderr, and an apiVersion that is not the expected one.
  for (const script of [
    String.raw`printf 'no\033[2Jrole\r\n\342\234\223 forged\342\200\256\342\200\213' >&2; exit 1`,
    String.raw`printf %s '{"apiVersion": "v1\u001b[2J\u0000\n\u2713 forged\u202e\u200b", "kind": "CredentialProviderResponse"}'`,
  ]) {
    putPlugin(place, "p", script);
    const { stdout, stderr } = await place.run(["get", "r.io/app", ...PLACES]);
    assert.match(stdout + stderr, /\\u001b\[2J.*\\u000a\s*\u2713\s+forged\\u202e\\u200b/s, script);
    assert.doesNotMatch(stdout + stderr, /[^\P{C}\n]|^\s*\u2713/mu, script);
  }
});

test("how long a response is cached", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.io"] });
  const cached = async (more: Readonly<Record<string, unknown>>) => {
    putPlugin(place, "p", answer({ "r.io": ["u", "p"] }, more));
    const { providers } = await get(place, "r.io/app");
    return [providers[0]?.cacheKeyType, providers[0]?.cacheSeconds];
  };
  assert.deepEqual(await cached({}), ["Registry", 3600]);
  assert.deepEqual(await cached({ cacheDuration: null, cacheKeyType: "Image" }), ["Image", 600]);
  assert.deepEqual(await cached({ cacheDuration: "0s" }), [null, null]);
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const TOKEN = `${part({ alg: "none" })}.${part({ aud: ["aud"], "kubernetes.io": { namespace: "ns", serviceaccount: { name: "app", uid: "u" } } })}.s`;
const ATTRIBUTES =
  "tokenAttributes: {serviceAccountTokenAudience: aud, cacheType: ServiceAccount, requireServiceAccount: true, requiredServiceAccountAnnotationKeys: [role]}";

test("a pod's token and annotations", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.io"], more: [ATTRIBUTES] });
  putPlugin(
    place,
    "p",
    `read request; echo "$request" > ${place.path("seen")}; ${answer({ "r.io": ["u", "p"] })}`,
  );
  writeFileSync(place.path("token"), `${TOKEN}\n`);
  assert.equal((await get(place, "r.io/app")).providers[0]?.outcome, "no-service-account");
  assert.equal(
    (await get(place, "r.io/app", ["--token-file", "token"])).providers[0]?.outcome,
    "missing-annotation",
  );
  const document = await get(place, "r.io/app", [
    "--token-file",
    "token",
    "--annotation",
    "role=r=1",
    "--annotation",
    "unasked=x",
  ]);
  assert.deepEqual([document.code, document.providers[0]?.outcome], [0, "executed"]);
  const { readFileSync } = await import("node:fs");
  const request = JSON.parse(readFileSync(place.path("seen"), "utf8"));
  assert.deepEqual(
    [request.serviceAccountToken, request.serviceAccountAnnotations],
    [TOKEN, { role: "r=1" }],
  );
  assert.ok(!JSON.stringify(document).includes(TOKEN));

  writeFileSync(place.path("token"), "no token");
  const wrong: readonly (readonly [readonly string[], number, RegExp])[] = [
    [["--token-file", "token"], 1, /is not a JSON Web Token; create one: kubectl create token/],
    [["--token-file", "gone"], 1, /reading the token file gone: no such file/],
    [["--annotation", "a=b"], 2, /--annotation requires --token-file/],
    [["--annotation", "ab", "--token-file", "token"], 2, /expected KEY=VALUE/],
  ];
  for (const [args, code, message] of wrong) {
    const ran = await place.run(["get", "r.io/app", ...PLACES, ...args]);
    assert.equal(ran.code, code, args.join(" "));
    assert.match(ran.stderr, message);
  }
});

test("human-readable output", async () => {
  using place = bench();
  putConfig(
    place,
    { name: "good", match: ["*.io"] },
    { name: "broken", match: ["r.io"] },
    { name: "other", match: ["s.com"] },
  );
  putPlugin(place, "good", answer({ "r.io": ["user", "secret-password"], "*.io": ["other", "x"] }));
  putPlugin(place, "other", "exit 7");
  putPlugin(place, "broken", "echo 'broken: asking the cloud: status 403; allow it' >&2; exit 1");
  const steady = (text: string) => text.replaceAll(/\d+ ms/g, "N ms").replaceAll(place.root, "");
  assertGolden("get", steady((await human(place, "r.io/app:v1")).stdout));
  assertGolden("get-none", steady((await human(place, "s.com/app:v1")).stdout));
});

test("a missing bin dir is a usage error", async () => {
  using place = bench();
  putConfig(place, { name: "p", match: ["r.io"] });
  const { code, stderr } = await place.run(["get", "r.io/a", "-c", "config.yaml"]);
  assert.equal(code, 2);
  assert.match(stderr, /give it with --bin-dir/);
});
