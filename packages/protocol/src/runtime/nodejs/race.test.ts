import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { TransportError } from "../../http/transport.ts";
import type { Progress } from "./errors.ts";
import type { lookUp } from "./names.ts";
import { openTcp } from "./race.ts";

async function listening(t: TestContext, host = "127.0.0.1"): Promise<number> {
  const server = createServer((socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A lookup that reports batches of addresses, one in each turn of the event loop. */
const telling =
  (batches: readonly (readonly string[])[], failure?: TransportError): typeof lookUp =>
  (_, tell) => {
    const done = (async () => {
      for (const batch of batches) {
        await new Promise((resolve) => setImmediate(resolve));
        tell(batch);
      }
      if (failure !== undefined) throw failure;
    })();
    return { done, stop: () => {} };
  };

function open(port: number, lookUp: ReturnType<typeof telling>, host = "api.example") {
  const progress: Progress = { phase: "lookup", peer: "server" };
  const limit = new AbortController();
  let known = 0;
  const socket = openTcp(host, port, { progress, onAddresses: () => known++, signal: limit.signal, lookUp });
  return { socket, progress, limit, known: () => known };
}

/** An address without a route from this machine: discard-only (RFC 6666), no default route in tests' namespaces. */
const NO_ROUTE = "100::1";

test("if an address refuses, the next is tried at once", async (t) => {
  const port = await listening(t);
  const { socket, known } = open(port, telling([["127.0.0.2", "127.0.0.1"]]));
  const opened = await socket;
  assert.equal(opened.remoteAddress, "127.0.0.1");
  assert.ok(known() > 0);
  opened.destroy();
});

test("IPv6 without a route first, IPv4 later: the IPv4 address is awaited", async (t) => {
  const port = await listening(t);
  const { socket } = open(port, telling([[NO_ROUTE], [], ["127.0.0.1"]]));
  const opened = await socket;
  assert.equal(opened.remoteAddress, "127.0.0.1");
  opened.destroy();
});

test("if all addresses fail, the error is the one about the server", async () => {
  const { socket } = open(1, telling([[NO_ROUTE, "127.0.0.1"]]));
  await assert.rejects(socket, (error) => {
    assert.ok(error instanceof TransportError);
    assert.deepEqual([error.phase, error.code], ["connect", "ECONNREFUSED"]);
    assert.equal(error.message, "connecting to api.example:1 (127.0.0.1): connection refused");
    return true;
  });
});

test("a family that does not respond does not hide the other's error", async (t) => {
  const told = Promise.withResolvers<void>();
  const { socket, progress } = open(1, (_, tell) => {
    setImmediate(() => {
      tell(["127.0.0.1"]);
      told.resolve();
    });
    return { done: new Promise(() => {}), stop: () => {} };
  });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  socket.catch(() => {});
  await told.promise;
  t.mock.timers.tick(50);
  while (progress.phase !== "lookup") await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(2_000);
  await assert.rejects(socket, /connecting to api\.example:1 \(127\.0\.0\.1\): connection refused/);
});

test("without any address, the error is the lookup's", async () => {
  const failure = new TransportError("lookup", "EAI_AGAIN", "looking up api.example failed");
  await assert.rejects(open(1, telling([], failure)).socket, failure);
});

test("an address needs no lookup", async () => {
  const { socket } = open(1, () => assert.fail("looked up"), "127.0.0.1");
  await assert.rejects(socket, /^TransportError: connecting to 127\.0\.0\.1:1: connection refused$/);
});

test("when the time is up, everything ends with the signal's reason", async () => {
  const { socket, limit } = open(1, () => ({ done: new Promise(() => {}), stop: () => {} }));
  const reason = new TransportError("lookup", "ETIMEDOUT", "timed out");
  limit.abort(reason);
  await assert.rejects(socket, reason);
});
