import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CredentialError,
  createHttpClient,
  Deadline,
  Secret,
  systemClock,
  type TransportRequest,
} from "@imagecred/protocol";
import { type Scripted, type ScriptedTransport, scriptedTransport } from "../testing/scripted-transport.ts";
import { type Probe, probeRegistry } from "./probe.ts";

const TARGET = { host: "r.example", repository: "team/app", reference: "v1" };
const CREDENTIAL = { username: "user", password: new Secret("pass-word-of-test") };
const DIGEST = `sha256:${"a".repeat(64)}`;

async function probe(
  transport: ScriptedTransport,
  credential: typeof CREDENTIAL | "none" = CREDENTIAL,
  target = TARGET,
): Promise<Probe> {
  const quiet = () => {};
  const clock = { now: () => Date.parse("2026-11-24T08:00:00Z"), sleep: async () => {} };
  const http = createHttpClient({
    transport,
    env: {},
    clock,
    deadline: new Deadline(10_000, systemClock),
    random: () => 0,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    userAgent: "test",
  });
  return probeRegistry(target, credential === "none" ? undefined : credential, http, clock);
}

const shape = ({ steps }: Probe) =>
  steps.map(({ what, status, ok }) => `${what} ${status} ${ok ? "ok" : "bad"}`);
const bodyOf = ({ body }: TransportRequest) => new URLSearchParams(String(body ?? ""));
const basic = `Basic ${btoa("user:pass-word-of-test")}`;

test("Basic, as Amazon ECR has it", async () => {
  const transport = scriptedTransport(({ url, method, headers }) => {
    if (headers["authorization"] === undefined)
      return {
        status: 401,
        headers: { "www-authenticate": 'Basic realm="x"', date: "Tue, 24 Nov 2026 08:10:00 GMT" },
      };
    assert.equal(headers["authorization"], basic);
    if (method === "HEAD") {
      assert.equal(url, "https://r.example/v2/team/app/manifests/v1");
      assert.match(headers["accept"] ?? "", /application\/vnd\.oci\.image\.index\.v1\+json/);
      return { status: 200, headers: { "docker-content-digest": DIGEST } };
    }
    return { status: 200 };
  });
  const result = await probe(transport);
  assert.deepEqual(shape(result), [
    "GET /v2/ 401 ok",
    "GET /v2/ with the credential 200 ok",
    "HEAD manifest 200 ok",
  ]);
  assert.deepEqual([result.digest, result.clockSkewMs], [DIGEST, 600_000]);
});

/** A registry with a token service that takes POST or only GET. */
function bearer(post: Scripted, get: Scripted = { status: 500 }): ScriptedTransport {
  return scriptedTransport(({ url, method, headers }) => {
    if (url.startsWith("https://auth.example/token")) return method === "POST" ? post : get;
    if (headers["authorization"] === "Bearer good") return { status: 200 };
    return {
      status: 401,
      headers: { "www-authenticate": 'Bearer realm="https://auth.example/token",service="r.example"' },
    };
  });
}

test("Bearer by POST, with OAuth's password grant and the repository's scope", async () => {
  const transport = bearer({ status: 200, body: { access_token: "good" } });
  assert.deepEqual(shape(await probe(transport)), [
    "GET /v2/ 401 ok",
    "token null ok",
    "GET /v2/ with the credential 200 ok",
    "HEAD manifest 200 ok",
  ]);
  const form = bodyOf(transport.sent[1] as TransportRequest);
  assert.deepEqual(Object.fromEntries(form), {
    service: "r.example",
    scope: "repository:team/app:pull",
    client_id: "containerd-client",
    grant_type: "password",
    username: "user",
    password: "pass-word-of-test",
  });
});

test("no user name is a refresh token", async () => {
  const transport = bearer({ status: 200, body: { access_token: "good" } });
  await probe(transport, { username: "", password: new Secret("refresh-me-please") });
  const form = bodyOf(transport.sent[1] as TransportRequest);
  assert.deepEqual(
    [form.get("grant_type"), form.get("refresh_token"), form.get("password")],
    ["refresh_token", "refresh-me-please", null],
  );
});

test("services without POST get GET with Basic, as containerd does it; others are not asked twice", async () => {
  for (const status of [400, 401, 404, 405]) {
    const transport = bearer({ status }, { status: 200, body: { token: "good" } });
    const result = await probe(transport);
    assert.equal(shape(result).at(-1), "HEAD manifest 200 ok");
    const get = transport.sent[2] as TransportRequest;
    assert.equal(get.headers["authorization"], basic);
    assert.equal(
      get.url,
      "https://auth.example/token?service=r.example&scope=repository%3Ateam%2Fapp%3Apull",
    );
  }
  const refusing = bearer({ status: 403, body: { errors: [{ code: "DENIED", message: "no" }] } });
  const result = await probe(refusing);
  assert.deepEqual(shape(result), ["GET /v2/ 401 ok", "token 403 bad"]);
  assert.equal(result.steps[1]?.message, "auth.example answered 403 (DENIED no)");
  assert.equal(refusing.sent.length, 2);
});

test("without a credential: an anonymous token, or nothing to answer with", async () => {
  const open = bearer({ status: 500 }, { status: 200, body: { token: "good" } });
  assert.equal(shape(await probe(open, "none")).at(-1), "HEAD manifest 200 ok");
  assert.equal(
    open.sent.some(({ headers }) => headers["authorization"]?.startsWith("Basic")),
    false,
  );
  const closed = scriptedTransport(() => ({ status: 401, headers: { "www-authenticate": "Basic" } }));
  assert.deepEqual(shape(await probe(closed, "none")), ["GET /v2/ 401 ok", "token null bad"]);
});

test("answers that end it", async () => {
  const cases: readonly (readonly [ScriptedTransport, string, RegExp])[] = [
    [scriptedTransport(() => ({ status: 404 })), "GET /v2/ 404 bad", /no registry at this address/],
    [scriptedTransport(() => ({ status: 401 })), "token 401 bad", /container runtimes know Basic and Bearer/],
    [
      scriptedTransport(() => ({ status: 401, headers: { "www-authenticate": "Negotiate" } })),
      "token 401 bad",
      /asks for negotiate/,
    ],
    [bearer({ status: 200, body: { nothing: true } }), "token 200 bad", /answered 200 without a token/],
    [
      scriptedTransport(({ url, headers }) =>
        url.includes("manifests")
          ? { status: 403 }
          : headers["authorization"] === undefined
            ? { status: 401, headers: { "www-authenticate": "Basic" } }
            : { status: 200 },
      ),
      "HEAD manifest 403 bad",
      /may not pull from this repository/,
    ],
    [
      scriptedTransport(({ url }) => (url.includes("manifests") ? { status: 404 } : { status: 200 })),
      "HEAD manifest 404 bad",
      /there is no team\/app:v1/,
    ],
    [
      scriptedTransport(({ url }) => (url.includes("manifests") ? { status: 429 } : { status: 200 })),
      "HEAD manifest 429 bad",
      /too many requests/,
    ],
  ];
  for (const [transport, last, message] of cases) {
    const result = await probe(transport);
    assert.equal(shape(result).at(-1), last);
    assert.match(result.steps.at(-1)?.message ?? "", message);
  }
});

test("a realm that is no URL, and one that is not encrypted, get no credential", async () => {
  for (const realm of ["nonsense", "http://auth.example/token", "ftp://x/y"]) {
    const transport = scriptedTransport(() => ({
      status: 401,
      headers: { "www-authenticate": `Bearer realm="${realm}"` },
    }));
    await assert.rejects(probe(transport), CredentialError, realm);
    assert.equal(transport.sent.length, 1);
  }
});

test("a registry that cannot be reached", async () => {
  await assert.rejects(probe(scriptedTransport(() => undefined)), /refused the connection/);
});

test("Docker Hub's registry has another name than its images", async () => {
  const transport = scriptedTransport(() => ({ status: 200 }));
  await probe(transport, "none", { ...TARGET, host: "docker.io" });
  assert.equal(transport.sent[0]?.url, "https://registry-1.docker.io/v2/");
});
