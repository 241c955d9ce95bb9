import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { before, describe, test } from "node:test";
import { RUNTIMES } from "@imagecred/workspace";
import { broken, type Drive, get, startDriver } from "../src/testing/driver.ts";
import { missing, temporaryDirectory } from "../src/testing/programs.ts";
import { closedPort, httpServer, tcpServer } from "../src/testing/servers.ts";

/** Answers the first request of each connection with these bytes. */
const answering = (text: string, then?: (socket: Socket) => void) => (socket: Socket) => {
  socket.once("data", () => socket.write(text, () => then?.(socket)));
};

for (const runtime of RUNTIMES) {
  describe(`${runtime} transport: faults`, { skip: missing(runtime) }, () => {
    let drive: Drive;
    before(async () => {
      drive = await startDriver(runtime, temporaryDirectory());
    });

    async function failing(step: Parameters<Drive>[0][number]) {
      const [outcome] = await drive([step]);
      const { phase, code, message } = broken(outcome);
      return { what: `${phase} ${code}`, message };
    }

    test("nothing listens", async () => {
      const { what } = await failing(get(`http://127.0.0.1:${await closedPort()}/`));
      assert.equal(what, "connect ECONNREFUSED");
    });

    test("a response larger than the limit, whether it says so or not", async (t) => {
      const server = await httpServer(t, (request, response) => {
        if (request.url === "/told") response.setHeader("content-length", 1001);
        response.end("x".repeat(1001));
      });
      for (const path of ["/told", "/chunked"]) {
        const { what } = await failing(get(`http://${server.authority}${path}`, { maxResponseBytes: 1000 }));
        assert.equal(what, "receive ERR_BODY_TOO_LARGE", path);
      }
    });

    test("a response of exactly the limit is fine", async (t) => {
      const server = await httpServer(t, (_, response) => response.end("x".repeat(1000)));
      const [outcome] = await drive([get(`http://${server.authority}/`, { maxResponseBytes: 1000 })]);
      assert.ok(outcome !== undefined && "body" in outcome && outcome.body.length === 1000);
    });

    test("a body that ends early", async (t) => {
      const server = await tcpServer(
        t,
        answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort", (socket) => socket.end()),
      );
      assert.equal((await failing(get(`http://${server.authority}/`))).what, "receive ECONNRESET");
    });

    test("a chunked body that ends early", async (t) => {
      const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n";
      const server = await tcpServer(
        t,
        answering(head, (socket) => socket.end()),
      );
      assert.equal((await failing(get(`http://${server.authority}/`))).what, "receive ECONNRESET");
    });

    test("closed and reset before any response", async (t) => {
      const closing = await tcpServer(t, (socket) => socket.once("data", () => socket.end()));
      assert.equal((await failing(get(`http://${closing.authority}/`))).what, "receive ECONNRESET");
      const resetting = await tcpServer(t, (socket) => socket.once("data", () => socket.resetAndDestroy()));
      assert.equal((await failing(get(`http://${resetting.authority}/`))).what, "receive ECONNRESET");
    });

    test("what is not HTTP", async (t) => {
      for (const garbage of [
        "SSH-2.0-OpenSSH_9.9\r\n\r\n",
        "HTTP/1.1 999999 No\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
      ]) {
        const server = await tcpServer(t, answering(garbage));
        const { what } = await failing(get(`http://${server.authority}/`));
        assert.equal(what, "receive ERR_HTTP_PARSE", JSON.stringify(garbage));
      }
    });

    test("no response in time, in the head and in the body", async (t) => {
      const silent = await tcpServer(t, () => {});
      const head = await failing(get(`http://${silent.authority}/`, { timeoutMs: 200 }));
      assert.equal(head.what, "receive ETIMEDOUT");
      const stalling = await tcpServer(t, answering("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx"));
      const body = await failing(get(`http://${stalling.authority}/`, { timeoutMs: 200 }));
      assert.equal(body.what, "receive ETIMEDOUT");
    });

    test("no connection in time", async (t) => {
      const silent = await tcpServer(t, () => {});
      const { what } = await failing(get(`https://${silent.authority}/`, { connectTimeoutMs: 200 }));
      assert.equal(what, "tls ETIMEDOUT");
    });
  });
}
