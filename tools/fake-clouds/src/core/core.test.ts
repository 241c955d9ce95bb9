import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as delay, setImmediate } from "node:timers/promises";
import { connect } from "node:tls";
import { agentFor, call, tunnel } from "../testing/client.ts";
import { Core } from "./core.ts";
import { json, text } from "./exchange.ts";
import type { Fault } from "./faults.ts";

let core: Core;
let origin: string;
const HOST = "echo.example.com";
const URL = `https://${HOST}/hi?x=1`;

before(async () => {
  core = await Core.start({});
  core.addTls({
    name: "test.echo",
    about: "echo",
    example: HOST,
    hosts: (host) => host === HOST || host === "other.example.com",
    operation: (request) => request.path.slice(1),
    handle: (request) => {
      if (request.path === "/broken") throw new Error("a defect");
      return json(200, { host: request.host, query: request.rawQuery, body: request.body.toString() });
    },
  });
  const operation = () => "Any";
  const realAddress = "169.254.169.254:80";
  const handle = () => text(200, "metadata");
  origin = await core.addPlain({ name: "test.metadata", about: "metadata", realAddress, operation, handle });
});
after(() => core.close());
afterEach(async () => {
  core.log.clear();
  core.latency.clear();
  await core.faults.clear();
});

describe("a request through the proxy", () => {
  test("reaches the service under its real name, and is logged with its connection", async () => {
    const answer = await call(URL, { method: "POST", body: "hello", agent: agentFor(core) });
    assert.deepEqual(JSON.parse(answer.body), { host: HOST, query: "x=1", body: "hello" });
    const [connection] = core.log.connections;
    const [request] = core.log.requests;
    assert.ok(connection !== undefined && request !== undefined);
    const { via, serverName, service, openedAt, tlsFinishedAt = 0, requests } = connection;
    assert.deepEqual([via, serverName, service, requests], ["proxy", HOST, "test.echo", [request.id]]);
    assert.ok(
      openedAt < tlsFinishedAt && tlsFinishedAt < request.at && request.at < (request.finishedAt ?? 0),
    );
    assert.deepEqual([request.operation, request.status, request.connectionId], ["hi", 200, connection.id]);
    assert.equal(request.body.toString(), "hello");
    assert.deepEqual(
      core.log.proxy.map(({ target, outcome }) => [target, outcome]),
      [[`${HOST}:443`, "connected"]],
    );
  });

  test("to an unknown name, or to another port, is refused", async () => {
    await assert.rejects(call("https://unknown.example.com/", { agent: agentFor(core) }), /403/);
    await assert.rejects(call(`https://${HOST}:8443/`, { agent: agentFor(core) }), /403/);
    assert.deepEqual(
      core.log.proxy.map((attempt) => attempt.outcome),
      ["unknown-host", "unknown-host"],
    );
    assert.equal(core.log.connections.length, 0);
  });

  test("in absolute form, as to a metadata server, is refused and logged", async () => {
    const answer = await call(core.proxy.url, { headers: { host: "169.254.169.254" } });
    assert.equal(answer.status, 403);
    assert.equal(core.log.proxy[0]?.outcome, "not-a-tunnel");
  });

  test("must name the host of its connection", async () => {
    const socket = await tunnel(core, HOST);
    socket.write("GET / HTTP/1.1\r\nhost: other.example.com\r\nconnection: close\r\n\r\n");
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    assert.match(answer, /^HTTP\/1.1 421 /);
    await assert.rejects(tunnel(core, HOST, { serverName: "other.example.com" }));
  });
});

test("a proxy with credentials requires them", async () => {
  await using stack = new AsyncDisposableStack();
  const guarded = await Core.start({ proxy: { credentials: { username: "me", password: "open sesame" } } });
  stack.defer(() => guarded.close());
  guarded.addTls({
    name: "t",
    about: "",
    example: HOST,
    hosts: (host) => host === HOST,
    operation: () => "o",
    handle: () => text(200, "in"),
  });
  assert.equal((await call(URL, { agent: agentFor(guarded) })).body, "in");
  await assert.rejects(
    call(URL, { agent: agentFor(guarded, guarded.proxy.url.replace(/\/\/.*@/, "//")) }),
    /407/,
  );
  assert.equal(guarded.log.proxy.at(-1)?.outcome, "not-authorized");
});

describe("faults", () => {
  const attempt = () => call(URL, { agent: agentFor(core) });
  const cases: [fault: Fault, expected: RegExp][] = [
    [{ kind: "refuse" }, /502/],
    [{ kind: "reset", when: "connect" }, /ECONNRESET|disconnected/],
    [{ kind: "reset", when: "request" }, /ECONNRESET|hang up/],
    [{ kind: "reset", when: "headers" }, /ECONNRESET|aborted/],
    [{ kind: "drop", when: "connect" }, /ECONNRESET|disconnected/],
    [{ kind: "drop", when: "request" }, /hang up/],
    [{ kind: "truncate" }, /aborted/],
    [{ kind: "garbage" }, /Parse Error/],
    [{ kind: "certificate", problem: "expired" }, /certificate has expired/],
    [{ kind: "certificate", problem: "not-yet-valid" }, /not yet valid/],
    [{ kind: "certificate", problem: "wrong-host" }, /does not match certificate's altnames/],
    [
      { kind: "certificate", problem: "unknown-issuer" },
      /certificate signature failure|unable to verify|self-signed/,
    ],
  ];
  for (const [fault, expected] of cases) {
    test(`${fault.kind} ${"when" in fault ? fault.when : "problem" in fault ? fault.problem : ""}: once, then all is well`, async () => {
      const active = await core.faults.add({ service: "test.echo", times: 1, fault });
      await assert.rejects(attempt(), expected);
      assert.equal(active.played, 1);
      assert.equal((await attempt()).status, 200);
      assert.equal(active.played, 1);
    });
  }

  test("a response of one operation: throttled twice, by name", async () => {
    const reply = { status: 429, headers: { "retry-after": "1" }, body: "slow down" };
    await core.faults.add({
      service: "test.echo",
      operation: "hi",
      times: 2,
      fault: { kind: "answer", reply },
    });
    assert.equal((await call(`https://${HOST}/other`, { agent: agentFor(core) })).status, 200);
    for (const expected of [429, 429, 200]) assert.equal((await attempt()).status, expected);
    assert.deepEqual(
      core.log.requests.map(({ status, fault }) => [status, fault]),
      [
        [200, undefined],
        [429, "answer 429"],
        [429, "answer 429"],
        [200, undefined],
      ],
    );
  });

  test("a redirect, and a huge body", async () => {
    const redirect = { kind: "redirect", location: "https://elsewhere.example.com/" } as const;
    await core.faults.add({ service: "test.echo", times: 1, fault: redirect });
    assert.equal((await attempt()).headers["location"], redirect.location);
    await core.faults.add({ service: "test.echo", times: 1, fault: { kind: "huge", bytes: 3_000_000 } });
    const answer = await attempt();
    assert.equal(answer.body.length, 3_000_000);
    assert.equal(JSON.parse(answer.body).length, 2_999_998);
  });

  test("a hang from the connection on, until the client gives up", async () => {
    await core.faults.add({ service: "test.echo", fault: { kind: "hang", when: "connect" } });
    const signal = AbortSignal.timeout(100);
    await assert.rejects(tunnel(core, HOST, { signal }), { name: "AbortError" });
    assert.equal(core.log.connections[0]?.fault, "hang (connect)");
  });

  for (const when of ["request", "headers"] as const) {
    test(`a hang from ${when} on, until the client gives up`, async () => {
      await core.faults.add({ service: "test.echo", fault: { kind: "hang", when } });
      const signal = AbortSignal.timeout(100);
      await assert.rejects(call(URL, { agent: agentFor(core), signal }), { name: "AbortError" });
    });
  }

  const closed = async () => {
    const limit = Date.now() + 2000;
    while (core.log.connections[0]?.closedAt === undefined) {
      assert.ok(Date.now() < limit, "the connection is still open");
      await delay(5);
    }
  };

  test("a hang of a metadata server, until the client gives up, leaves no connection", async () => {
    await core.faults.add({ service: "test.metadata", fault: { kind: "hang", when: "connect" } });
    const signal = AbortSignal.timeout(50);
    await assert.rejects(call(origin, { signal }), { name: "AbortError" });
    await closed();
  });

  test("a client that leaves in the middle of the handshake leaves no connection", async () => {
    const [, host = "", port] = /\/\/(.+):(\d+)/.exec(core.proxy.url) ?? [];
    const socket = connectTcp({ host, port: Number(port) });
    // A name without a certificate yet: its creation takes the time in which the client leaves.
    const fresh = "other.example.com";
    socket.write(`CONNECT ${fresh}:443 HTTP/1.1\r\nhost: ${fresh}:443\r\n\r\n`);
    await once(socket, "data");
    connect({ socket, servername: fresh, ca: core.authority.pem }).on("error", () => {});
    while (core.log.connections[0]?.serverName === undefined) await setImmediate();
    socket.destroy();
    await closed();
  });

  test("a refused metadata server closes its port, and reopens the same one afterwards", async () => {
    const active = await core.faults.add({ service: "test.metadata", fault: { kind: "refuse" } });
    await assert.rejects(call(origin), { code: "ECONNREFUSED" });
    await active.remove();
    assert.equal((await call(origin)).body, "metadata");
  });

  test("a fault that precedes the request can't name an operation", async () => {
    const rule = { service: "test.echo", operation: "hi", fault: { kind: "refuse" } } as const;
    await assert.rejects(core.faults.add(rule), /leave "operation" out/);
  });
});

test("latency delays responses, for all services or for one", async () => {
  core.latency.set(30);
  core.latency.set(0, "test.metadata");
  const took = async (url: string) => {
    const started = performance.now();
    await call(url, url.startsWith("https:") ? { agent: agentFor(core) } : {});
    return performance.now() - started;
  };
  assert.ok((await took(URL)) >= 29);
  const [record] = core.log.requests;
  assert.ok((record?.finishedAt ?? 0) - (record?.at ?? 0) >= 29);
  await took(origin);
  const metadata = core.log.requests.at(-1);
  assert.ok((metadata?.finishedAt ?? 0) - (metadata?.at ?? 0) < 29);
});

test("a defect of the fakes returns status 500 and is recorded", async () => {
  assert.equal((await call(`https://${HOST}/broken`, { agent: agentFor(core) })).status, 500);
  assert.deepEqual(
    core.defects.map(({ message }) => message),
    ["a defect"],
  );
});

test("listens at a given address, without the proxy, and leaves nothing behind", async () => {
  const direct = await Core.start({ listen: { tls: { address: "127.0.0.1", port: 0 } } });
  direct.addTls({
    name: "t",
    about: "",
    example: HOST,
    hosts: (host) => host === HOST,
    operation: () => "o",
    handle: () => text(200, "in"),
  });
  const [where] = direct.tls.addresses;
  assert.ok(where !== undefined);
  const ca = await readFile(direct.caFile, "utf8");
  const socket = connect({ host: where.address, port: where.port, servername: HOST, ca });
  const [first] = await Promise.all([
    new Promise<string>((resolve) => socket.once("data", (chunk: Buffer) => resolve(chunk.toString()))),
    socket.write(`GET / HTTP/1.1\r\nhost: ${HOST}\r\n\r\n`),
  ]);
  assert.match(first, /^HTTP\/1.1 200 OK/);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await direct.close();
  await closed;
  await assert.rejects(stat(direct.directory), { code: "ENOENT" });
});
