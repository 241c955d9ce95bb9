import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { TransportError } from "../../http/transport.ts";
import { transport } from "./http.ts";

const RESPONSE = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** A server that applies `first` to its first connection and responds on later ones. */
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
  test(`a preconnection that is ${what} before it is used is dropped`, async (t) => {
    const { url, sockets, ended } = await server(t, (socket) => setImmediate(end, socket));
    transport.preconnect({ url, connectTimeoutMs: 5_000 });
    await ended;
    // After another request, this side has noticed it too.
    const other = await server(t, (socket) => socket.once("data", () => socket.end(RESPONSE)));
    await get(other.url);
    const started = performance.now();
    assert.equal(new TextDecoder().decode((await get(url)).body), "ok");
    assert.equal(sockets.length, 2);
    assert.ok(performance.now() - started < 2_000);
  });
}

test("a request uses the preconnection", async (t) => {
  const { url, sockets } = await server(t, (socket) => socket.once("data", () => socket.end(RESPONSE)));
  transport.preconnect({ url });
  assert.equal((await get(url)).status, 200);
  assert.equal(sockets.length, 1);
});

test("a request opens a connection if the preconnection failed", async (t) => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const url = `http://127.0.0.1:${port}/`;
  transport.preconnect({ url });
  // The connection is refused before the other server responds.
  const other = await server(t, (socket) => socket.once("data", () => socket.end(RESPONSE)));
  await get(other.url);
  const listener = createServer((socket) => socket.once("data", () => socket.end(RESPONSE)));
  await new Promise<void>((resolve) => listener.listen(port, "127.0.0.1", resolve));
  assert.equal((await get(url)).status, 200);
  listener.close();
});

test("a time-out's message has the step", async (t) => {
  const { url } = await server(t, () => {});
  await assert.rejects(
    transport.request({ url, method: "GET", headers: {}, timeoutMs: 50, maxResponseBytes: 1024 }),
    (error) =>
      error instanceof TransportError &&
      `${error.phase} ${error.code} ${error.message}` ===
        "receive ETIMEDOUT timed out after 50 ms while waiting for the response",
  );
});

test("a response that arrived while the process was busy is not too late", async (t) => {
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
  // The response has arrived, but nothing runs until the limit is over, as while code is loaded on an overloaded machine.
  await written.promise;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  assert.equal((await response).status, 200);
});
