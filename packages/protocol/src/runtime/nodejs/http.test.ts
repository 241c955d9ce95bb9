import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { TransportError } from "../../http/transport.ts";
import { transport } from "./http.ts";

const RESPONSE = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** A server that does `first` to its first connection and answers on every later one. */
async function server(t: TestContext, first: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const ended = Promise.withResolvers<void>();
  const listener = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    if (sockets.length === 1) {
      socket.once("close", () => ended.resolve());
      first(socket);
    } else {
      socket.once("data", () => socket.end(RESPONSE));
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
  return { url, sockets, ended: ended.promise };
}

const get = (url: string) =>
  transport.request({ url, method: "GET", headers: {}, timeoutMs: 10_000, maxResponseBytes: 1024 });

for (const [what, end] of [
  ["reset", (socket: Socket) => socket.resetAndDestroy()],
  ["closed", (socket: Socket) => socket.end()],
] as const) {
  test(`a connection opened ahead that is ${what} before it is used is forgotten (security 4)`, async (t) => {
    const { url, sockets, ended } = await server(t, (socket) => setImmediate(end, socket));
    transport.preconnect({ url, connectTimeoutMs: 5_000 });
    await ended;
    // By the time that another exchange is over, our side has heard of it, too.
    const other = await server(t, (socket) => socket.once("data", () => socket.end(RESPONSE)));
    await get(other.url);
    const started = performance.now();
    assert.equal(new TextDecoder().decode((await get(url)).body), "ok");
    assert.equal(sockets.length, 2);
    assert.ok(performance.now() - started < 2_000);
  });
}

test("a connection opened ahead is the one that the request uses", async (t) => {
  const { url, sockets } = await server(t, (socket) => socket.once("data", () => socket.end(RESPONSE)));
  transport.preconnect({ url });
  assert.equal((await get(url)).status, 200);
  assert.equal(sockets.length, 1);
});

test("a connection that could not be opened ahead is opened again", async (t) => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const url = `http://127.0.0.1:${port}/`;
  transport.preconnect({ url });
  // The refusal comes before the response of another server.
  const other = await server(t, (socket) => socket.once("data", () => socket.end(RESPONSE)));
  await get(other.url);
  const listener = createServer((socket) => socket.once("data", () => socket.end(RESPONSE)));
  await new Promise<void>((resolve) => listener.listen(port, "127.0.0.1", resolve));
  assert.equal((await get(url)).status, 200);
  listener.close();
});

test("a response that never comes is told with its step", async (t) => {
  const { url } = await server(t, () => {});
  await assert.rejects(
    transport.request({ url, method: "GET", headers: {}, timeoutMs: 50, maxResponseBytes: 1024 }),
    (error) =>
      error instanceof TransportError &&
      `${error.phase} ${error.code} ${error.message}` ===
        "receive ETIMEDOUT timed out after 50 ms while waiting for the response",
  );
});

test("a response that came while the process was busy is not too late", async (t) => {
  const written = Promise.withResolvers<void>();
  const { url } = await server(t, (socket) =>
    socket.once("data", () => socket.write(RESPONSE, () => written.resolve())),
  );
  const response = transport.request({
    url,
    method: "GET",
    headers: {},
    timeoutMs: 300,
    maxResponseBytes: 1024,
  });
  // It is there to be read; but nothing runs until the limit is over, as while code is loaded on a machine under load.
  await written.promise;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  assert.equal((await response).status, 200);
});
