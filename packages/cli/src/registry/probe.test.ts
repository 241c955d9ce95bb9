import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createHttpClient, Deadline, Secret, systemClock, type TransportRequest } from "@imagecred/protocol";
import {
  type ScriptedResponse,
  type ScriptedTransport,
  scriptedTransport,
} from "@imagecred/protocol/testing";
import { type Probe, type ProbeTarget, probeRegistry } from "./probe.ts";

const TARGET = { host: "r.example", repository: "team/app", reference: "v1" };
const CREDENTIAL = { username: "user", password: new Secret("pass-word-of-test") };
const DIGEST = `sha256:${"a".repeat(64)}`;

async function probe(
  transport: ScriptedTransport,
  credential: typeof CREDENTIAL | "none" = CREDENTIAL,
  target: ProbeTarget = TARGET,
): Promise<Probe> {
  const quiet = () => {};
  const clock = { now: () => Date.parse("2026-11-24T08:00:00Z"), elapsed: () => 0, sleep: async () => {} };
  const http = createHttpClient({
    transport,
    proxyFor: () => undefined,
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
const MANIFEST: ScriptedResponse = { status: 200, headers: { "docker-content-digest": DIGEST } };
const challenge = (header: string, status = 401): ScriptedResponse => ({
  status,
  headers: { "www-authenticate": header },
});

test("Basic, as for Amazon ECR: the response is for the manifest's own challenge", async () => {
  const transport = scriptedTransport(({ url, method, headers }) => {
    assert.equal(method, "HEAD");
    assert.equal(url, "https://r.example/v2/team/app/manifests/v1");
    assert.match(headers["accept"] ?? "", /application\/vnd\.oci\.image\.index\.v1\+json/);
    if (headers["authorization"] === undefined)
      return {
        status: 401,
        headers: { "www-authenticate": 'Basic realm="x"', date: "Tue, 24 Nov 2026 08:10:00 GMT" },
      };
    assert.equal(headers["authorization"], basic);
    return MANIFEST;
  });
  const result = await probe(transport);
  assert.deepEqual(shape(result), ["HEAD manifest 401 ok", "HEAD manifest with the credential 200 ok"]);
  assert.deepEqual([result.outcome, result.credentialUsed], ["pulls", true]);
  assert.deepEqual([result.digest, result.clockSkewMs], [DIGEST, 600_000]);
});

test("node 7.1: a registry that requires a credential only for this repository gets it", async () => {
  const transport = scriptedTransport(({ url, headers }) => {
    if (url.endsWith("/v2/")) return { status: 200 };
    return headers["authorization"] === basic ? MANIFEST : challenge('Basic realm="zot"');
  });
  const result = await probe(transport);
  assert.equal(result.outcome, "pulls");
  assert.equal(result.credentialUsed, true);
});

/** A registry with a token service that accepts POST or only GET. */
function bearer(
  post: ScriptedResponse,
  get: ScriptedResponse = { status: 500 },
  realm = "https://r.example/token",
): ScriptedTransport {
  return scriptedTransport(({ url, method, headers }) => {
    if (url.startsWith(realm)) return method === "POST" ? post : get;
    if (headers["authorization"] === "Bearer good") return MANIFEST;
    return challenge(`Bearer realm="${realm}",service="r.example"`);
  });
}

test("Bearer by POST, with OAuth's password grant and the repository's scope", async () => {
  const transport = bearer({ status: 200, body: { access_token: "good" } });
  assert.deepEqual(shape(await probe(transport)), [
    "HEAD manifest 401 ok",
    "token null ok",
    "HEAD manifest with the credential 200 ok",
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

test("a password without a user name is sent as a refresh token", async () => {
  const transport = bearer({ status: 200, body: { access_token: "good" } });
  await probe(transport, { username: "", password: new Secret("refresh-me-please") });
  const form = bodyOf(transport.sent[1] as TransportRequest);
  assert.deepEqual(
    [form.get("grant_type"), form.get("refresh_token"), form.get("password")],
    ["refresh_token", "refresh-me-please", null],
  );
});

test("services without POST get a GET with Basic, as from containerd; others get one request", async () => {
  for (const status of [400, 401, 404, 405]) {
    const transport = bearer({ status }, { status: 200, body: { token: "good" } });
    assert.equal((await probe(transport)).outcome, "pulls");
    const get = transport.sent[2] as TransportRequest;
    assert.equal(get.headers["authorization"], basic);
    assert.equal(get.url, "https://r.example/token?service=r.example&scope=repository%3Ateam%2Fapp%3Apull");
  }
  const refusing = bearer({ status: 403, body: { errors: [{ code: "DENIED", message: "no" }] } });
  const result = await probe(refusing);
  assert.deepEqual(shape(result), ["HEAD manifest 401 ok", "token 403 bad"]);
  assert.equal(result.steps[1]?.message, "r.example responded with 403 (DENIED no)");
  assert.equal(refusing.sent.length, 2);
});

describe("the credential is sent only to the registry", () => {
  const credentials = (transport: ScriptedTransport) =>
    transport.sent.filter(
      ({ headers, body }) =>
        headers["authorization"] === basic || bodyOf({ body } as TransportRequest).has("password"),
    );

  for (const realm of [
    "https://auth.example/token",
    "https://r.example.evil.test/token",
    "https://evil.test/r.example",
    "https://r.example:8443/token",
    "http://r.example/token",
    "http://127.0.0.1/token",
    "http://localhost/token",
  ]) {
    test(`a token service at ${realm} does not get it, and the message says so`, async () => {
      const transport = bearer({ status: 200, body: { token: "good" } }, { status: 200 }, realm);
      const result = await probe(transport);
      assert.deepEqual([result.outcome, result.credentialUsed], ["not-sent", false]);
      assert.deepEqual(credentials(transport), []);
      assert.equal(transport.sent.length, 1);
      assert.match(result.steps.at(-1)?.message ?? "", /requests the credential for http/);
      assert.match(result.steps.at(-1)?.fix ?? "", /a container runtime would send it/);
    });
  }

  test("a host that the operator named gets it", async () => {
    const transport = bearer(
      { status: 200, body: { token: "good" } },
      undefined,
      "https://auth.example/token",
    );
    const result = await probe(transport, CREDENTIAL, { ...TARGET, tokenHosts: ["auth.example"] });
    assert.equal(result.outcome, "pulls");
    assert.equal(credentials(transport).length, 1);
  });

  test("Docker Hub's own token service gets it", async () => {
    const realm = "https://auth.docker.io/token";
    const transport = scriptedTransport(({ url, headers }) => {
      if (url === realm) return { status: 200, body: { token: "good" } };
      assert.match(url, /^https:\/\/registry-1\.docker\.io\/v2\/team\/app/);
      return headers["authorization"] === "Bearer good" ? MANIFEST : challenge(`Bearer realm="${realm}"`);
    });
    assert.equal((await probe(transport, CREDENTIAL, { ...TARGET, host: "docker.io" })).outcome, "pulls");
  });

  test("a redirect to another host is followed without the credential", async () => {
    const transport = scriptedTransport(({ url, headers }) => {
      if (url.startsWith("https://blobs.example/")) return MANIFEST;
      return headers["authorization"] === undefined
        ? challenge("Basic")
        : { status: 307, headers: { location: "https://blobs.example/m" } };
    });
    const result = await probe(transport);
    assert.equal(result.outcome, "pulls");
    const elsewhere = transport.sent.filter(({ url }) => url.startsWith("https://blobs.example/"));
    assert.deepEqual(
      elsewhere.map(({ headers }) => headers["authorization"]),
      [undefined],
    );
  });

  test("an anonymous token is requested from any host", async () => {
    const transport = bearer(
      { status: 500 },
      { status: 200, body: { token: "good" } },
      "https://auth.example/token",
    );
    assert.equal((await probe(transport, "none")).outcome, "pulls");
  });
});

test("without a credential: an anonymous token, or no credential to send", async () => {
  const open = bearer({ status: 500 }, { status: 200, body: { token: "good" } });
  const result = await probe(open, "none");
  assert.deepEqual([result.outcome, result.credentialUsed], ["pulls", false]);
  assert.equal(
    open.sent.some(({ headers }) => headers["authorization"]?.startsWith("Basic")),
    false,
  );
  const closed = scriptedTransport(() => challenge("Basic"));
  assert.deepEqual(shape(await probe(closed, "none")), ["HEAD manifest 401 ok", "token null bad"]);
});

/** A registry that requires the credential for everything, and sends these responses for the manifest with it. */
function afterwards(head: ScriptedResponse, get: ScriptedResponse = head): ScriptedTransport {
  return scriptedTransport(({ method, headers }) => {
    if (headers["authorization"] === undefined) return challenge("Basic");
    return method === "HEAD" ? head : get;
  });
}

const denied = (message: string) => ({ errors: [{ code: "DENIED", message }] });

describe("responses that end the probe, each with its own fix", () => {
  const cases: readonly (readonly [string, ScriptedTransport, string, RegExp, RegExp])[] = [
    [
      "no scheme",
      scriptedTransport(() => ({ status: 401 })),
      "token 401 bad",
      /container runtimes support Basic and Bearer/,
      /what responds as the registry/,
    ],
    [
      "another scheme",
      scriptedTransport(() => challenge("Negotiate")),
      "token 401 bad",
      /requires negotiate/,
      /proxy or portal/,
    ],
    [
      "a token service without a token",
      bearer({ status: 200, body: { nothing: true } }),
      "token 200 bad",
      /responded with 200 without a token/,
      /not a registry's token service/,
    ],
    [
      "a token service that is down",
      bearer({ status: 503 }),
      "token 503 bad",
      /responded with 503/,
      /try again later/,
    ],
    [
      "node 6.1: 403 whose body names the action",
      afterwards(
        { status: 403 },
        { status: 403, body: denied("not authorized to perform: ecr:BatchImportUpstreamImage") },
      ),
      "GET manifest with the credential 403 bad",
      /may not pull.*ecr:BatchImportUpstreamImage/,
      /permission to pull/,
    ],
    [
      "401 with the credential",
      afterwards({ status: 401 }),
      "GET manifest with the credential 401 bad",
      /does not accept the credential/,
      /another registry, account or cloud/,
    ],
    [
      "404",
      afterwards({ status: 404 }, { status: 404, body: { errors: [{ code: "MANIFEST_UNKNOWN" }] } }),
      "GET manifest with the credential 404 bad",
      /team\/app:v1 does not exist.*MANIFEST_UNKNOWN/,
      /spelling/,
    ],
    [
      "429",
      afterwards({ status: 429 }),
      "GET manifest with the credential 429 bad",
      /too many requests/,
      /wait/,
    ],
    [
      "503",
      afterwards({ status: 503 }),
      "GET manifest with the credential 503 bad",
      /status 503/,
      /r\.example has a problem/,
    ],
    [
      "node 7.3: a portal that responds with 200 to everything",
      scriptedTransport(() => ({ status: 200, headers: { "content-type": "text/html; charset=utf-8" } })),
      "GET manifest 200 bad",
      /200, text\/html.*not a registry/,
      /a sign-in page/,
    ],
    [
      "node 7.4: a redirect to something that does not exist",
      scriptedTransport(({ url }) =>
        url.includes("blobs")
          ? { status: 404 }
          : { status: 302, headers: { location: "https://blobs.example/m" } },
      ),
      "GET manifest 404 bad",
      /^blobs\.example: team\/app:v1 does not exist/,
      /spelling/,
    ],
    [
      "redirects without end",
      scriptedTransport(() => ({ status: 302, headers: { location: "/again" } })),
      "GET manifest 302 bad",
      /status 302/,
      /what responds at r\.example/,
    ],
  ];
  for (const [what, transport, last, message, fix] of cases) {
    test(what, async () => {
      const result = await probe(transport);
      assert.notEqual(result.outcome, "pulls");
      assert.equal(shape(result).at(-1), last);
      assert.match(result.steps.at(-1)?.message ?? "", message);
      assert.match(result.steps.at(-1)?.fix ?? "", fix);
    });
  }
});

test("node 7.2: a registry that does not support HEAD gets a GET", async () => {
  const result = await probe(afterwards({ status: 405 }, MANIFEST));
  assert.deepEqual([result.outcome, result.digest], ["pulls", DIGEST]);
});

test("a realm that is not a URL", async () => {
  for (const realm of ["nonsense", "ftp://x/y"]) {
    const transport = scriptedTransport(() => challenge(`Bearer realm="${realm}"`));
    await assert.rejects(probe(transport), /which is not a URL/, realm);
    assert.equal(transport.sent.length, 1);
  }
});

test("a registry that cannot be reached", async () => {
  await assert.rejects(probe(scriptedTransport(() => undefined)), /refused the connection/);
});
