import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CredentialError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { captureLogger } from "../testing/capture-logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { createHttpClient } from "./client.ts";
import { Deadline } from "./deadline.ts";
import { parseJson } from "./json.ts";
import { proxyFor } from "./proxy.ts";
import { type Target, TransportError, type TransportRequest, type TransportResponse } from "./transport.ts";

type Step =
  | TransportError
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

/** A transport that plays a script and records its requests. The real transports have their own suite. */
function client(script: readonly Step[] = [], env: Record<string, string> = {}, totalMs = 20_000) {
  const clock = new ManualClock();
  const { log, lines } = captureLogger();
  const sent: TransportRequest[] = [];
  const ahead: Target[] = [];
  const http = createHttpClient({
    transport: {
      request: async (request): Promise<TransportResponse> => {
        const step = script[sent.length] ?? { status: 200 };
        sent.push(request);
        if (step instanceof TransportError) throw step;
        return {
          status: step.status,
          headers: step.headers ?? {},
          body: new TextEncoder().encode(step.body),
        };
      },
      preconnect: (target) => ahead.push(target),
      firstSent: () => new Promise(() => {}),
    },
    proxyFor: (url) => proxyFor(url, env),
    clock,
    deadline: new Deadline(totalMs, clock),
    random: () => 0.5,
    log,
    userAgent: "agent/1",
  });
  return { http, sent, ahead, clock, lines };
}

const call = { service: "S", operation: "Op", method: "GET" } as const;
const refused = new TransportError("connect", "ECONNREFUSED", "refused");

describe("cloud calls", () => {
  test("retry 429, 5xx and broken connections, honouring Retry-After", async () => {
    const { http, sent, clock } = client([
      { status: 429, headers: { "retry-after": "2" } },
      refused,
      { status: 503 },
      { status: 200 },
    ]);
    assert.equal((await http.cloud({ ...call, url: "https://api.test/" })).status, 200);
    assert.equal(sent.length, 4);
    assert.deepEqual(clock.sleeps, [2_000, 150, 300]);
  });

  test("return every other status, including redirects, without a retry", async () => {
    for (const status of [204, 301, 307, 400, 401, 403, 404]) {
      const { http, sent } = client([{ status }]);
      assert.equal((await http.cloud({ ...call, url: "https://api.test/" })).status, status);
      assert.equal(sent.length, 1);
    }
  });

  test("do not retry permanent failures", async () => {
    for (const code of ["ENOTFOUND", "ERR_TLS_CERTIFICATE", "ERR_BODY_TOO_LARGE", "ERR_PROXY"]) {
      const { http, sent } = client([new TransportError("tls", code, "why")]);
      await assert.rejects(http.cloud({ ...call, url: "https://api.test/" }), CredentialError);
      assert.equal(sent.length, 1, code);
    }
  });

  test("retry a proxy's 502, 503 and 504 for CONNECT, and no other status of it", async () => {
    for (const [status, tries] of [
      [502, 2],
      [503, 2],
      [504, 2],
      [407, 1],
      [403, 1],
    ] as const) {
      const refused = new TransportError("proxy", "ERR_PROXY", "why", { peer: "proxy", status });
      const { http, sent } = client([refused, { status: 200 }]);
      await http.cloud({ ...call, url: "https://api.test/" }).catch((error: unknown) => {
        assert.ok(error instanceof CredentialError);
      });
      assert.equal(sent.length, tries, String(status));
    }
  });

  test("share one deadline", async () => {
    const { http, sent, clock } = client([], {}, 3_000);
    await http.cloud({ ...call, url: "https://api.test/" });
    clock.advance(2_500);
    await http.cloud({ ...call, url: "https://api.test/" });
    assert.deepEqual(
      sent.map(({ timeoutMs, connectTimeoutMs }) => [timeoutMs, connectTimeoutMs]),
      [
        [3_000, 3_000],
        [500, 500],
      ],
    );
    clock.advance(1_000);
    await assert.rejects(
      http.cloud({ ...call, url: "https://api.test/" }),
      /limit of 3000 ms for the whole request was used up/,
    );
    assert.equal(sent.length, 2);
  });

  test("redact the request's secrets in an error response before it can be cut", async () => {
    const secret = new Secret("1//0gDx-refresh/token+value");
    const echo = JSON.stringify({ error: `bad token ${encodeURIComponent(secret.reveal())}`, code: 7 });
    const { http } = client([{ status: 400, body: echo, headers: { "www-authenticate": secret.reveal() } }]);
    const { body, headers } = await http.cloud({ ...call, url: "https://api.test/" });
    assert.deepEqual(parseJson(body), { error: "bad token [redacted]", code: 7 });
    assert.equal(headers["www-authenticate"], "[redacted]");
  });

  test("do not change a successful response", async () => {
    const secret = new Secret("token-that-was-known-before");
    const { http } = client([{ status: 200, body: secret.reveal() }]);
    const { body } = await http.cloud({ ...call, url: "https://api.test/" });
    assert.equal(new TextDecoder().decode(body), secret.reveal());
  });

  test("refuse plain http, except to loopback", async () => {
    const { http, sent } = client();
    await assert.rejects(http.cloud({ ...call, url: "http://api.test/" }), /unencrypted/);
    await http.cloud({ ...call, url: "http://127.0.0.1:1/" });
    assert.equal(sent.length, 1);
  });

  test("go through the environment's proxy, preconnected or not, unless told to go direct", async () => {
    const { http, sent, ahead } = client([], { HTTPS_PROXY: "http://proxy.test:1" });
    http.preconnect("https://api.test/");
    await http.cloud({ ...call, url: "https://api.test/" });
    await http.cloud({ ...call, url: "https://api.test/", direct: true });
    assert.deepEqual(
      [...ahead, ...sent].map(({ proxy }) => proxy),
      ["http://proxy.test:1", "http://proxy.test:1", undefined],
    );
  });

  test("log origin and path, never the query", async () => {
    const { http, lines } = client();
    await http.cloud({ ...call, url: "https://api.test/path?key=value" });
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? "",
      /http service=S operation=Op method=GET url=https:\/\/api\.test\/path status=200 ms=0/,
    );
  });
});

describe("metadata calls", () => {
  test("never use a proxy", async () => {
    const { http, sent } = client([], {
      HTTP_PROXY: "http://proxy.test:1",
      HTTPS_PROXY: "http://proxy.test:1",
    });
    await http.metadata({ ...call, url: "http://169.254.169.254/latest" });
    await http.metadata({ ...call, url: "http://metadata.google.internal/computeMetadata/v1" });
    assert.deepEqual(
      sent.map(({ proxy }) => proxy),
      [undefined, undefined],
    );
  });

  test("go only to link-local and loopback addresses and the known names", async () => {
    const { http, sent } = client();
    for (const host of [
      "10.0.0.1",
      "metadata.test",
      "169.254.169.254.evil.test",
      "metadata.google.internal.evil.test",
    ]) {
      await assert.rejects(
        http.metadata({ ...call, url: `http://${host}/` }),
        /not a link-local or loopback address/,
      );
    }
    assert.equal(sent.length, 0);
  });

  test("try an address that does not respond only twice", async () => {
    const silent = new TransportError("connect", "ETIMEDOUT", "no answer");
    const off = client([silent, silent, silent]);
    await assert.rejects(off.http.metadata({ ...call, url: "http://169.254.169.254/" }), CredentialError);
    assert.equal(off.sent.length, 2);
    const slow = client([silent, refused, { status: 503 }, { status: 200 }]);
    assert.equal((await slow.http.metadata({ ...call, url: "http://169.254.169.254/" })).status, 200);
    assert.equal(slow.sent.length, 4);
  });

  test("survive a restart of one second, and fail after two if nothing listens", async () => {
    const restarting = client([...new Array<TransportError>(6).fill(refused), { status: 200 }]);
    await restarting.http.metadata({ ...call, url: "http://169.254.169.254/" });
    assert.deepEqual(restarting.clock.sleeps, new Array(6).fill(200));
    const off = client(new Array<TransportError>(100).fill(refused));
    await assert.rejects(
      off.http.metadata({ ...call, url: "http://169.254.169.254/" }),
      /refused the connection/,
    );
    assert.equal(
      off.clock.sleeps.reduce((sum, sleep) => sum + sleep),
      2_000,
    );
  });

  test("retry a server that has responded before until the deadline", async () => {
    const { http, clock } = client([{ status: 200 }, ...new Array<TransportError>(30).fill(refused)]);
    await http.metadata({ ...call, url: "http://169.254.169.254/a" });
    await assert.rejects(http.metadata({ ...call, url: "http://169.254.169.254/b" }), CredentialError);
    assert.ok(clock.sleeps.reduce((sum, sleep) => sum + sleep) > 15_000);
  });

  test("may use all the time that is left, once connected", async () => {
    const { http, sent } = client([], {}, 30_000);
    await http.metadata({ ...call, url: "http://169.254.169.254/" });
    assert.deepEqual([sent[0]?.timeoutMs, sent[0]?.connectTimeoutMs], [30_000, 1_000]);
  });

  test("distinguish a used-up deadline from a server that does not exist", async () => {
    const silent = new TransportError("connect", "ETIMEDOUT", "timed out after 700 ms while connecting");
    const { http, clock } = client([silent], {}, 700);
    clock.advance(700 - 1);
    const late = http.metadata({ ...call, url: "http://169.254.169.254/" });
    clock.advance(1);
    await assert.rejects(late, (error) => {
      assert.ok(error instanceof CredentialError && error.cause instanceof TransportError);
      assert.equal(error.cause.code, "ERR_TIME_USED_UP");
      return true;
    });
  });
});
