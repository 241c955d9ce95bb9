import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { RUNTIMES } from "@imagecred/workspace";
import { answered, broken, type Drive, get, startDriver } from "../src/testing/driver.ts";
import { missing, temporaryDirectory } from "../src/testing/programs.ts";
import { closedPort, httpServer, tcpServer } from "../src/testing/servers.ts";

for (const runtime of RUNTIMES) {
  describe(`${runtime} transport: requests and connections`, { skip: missing(runtime) }, () => {
    let drive: Drive;
    before(async () => {
      drive = await startDriver(runtime, temporaryDirectory());
    });

    test("a request as it was asked for, and a response with all that it had", async (t) => {
      const seen: unknown[] = [];
      const server = await httpServer(t, async (request, response) => {
        let body = "";
        for await (const chunk of request) body += chunk;
        const { method, url, headers } = request;
        seen.push({
          method,
          url,
          body,
          host: headers.host,
          length: headers["content-length"],
          x: headers["x-a"],
        });
        response.setHeader("X-Twice", ["one", "two"]);
        response.writeHead(201).end("grüße");
      });
      const url = `http://${server.authority}/path?q=1%202`;
      const [first, second] = await drive([
        get(url, { method: "POST", headers: { "x-a": "b" }, body: "hällo" }),
        get(url, { method: "PUT" }),
      ]);
      assert.equal(answered(first).status, 201);
      assert.equal(answered(first).headers["x-twice"], "one, two");
      assert.equal(answered(first).body, "grüße");
      assert.equal(answered(second).status, 201);
      const common = { url: "/path?q=1%202", host: server.authority };
      assert.deepEqual(seen, [
        { ...common, method: "POST", body: "hällo", length: "6", x: "b" },
        { ...common, method: "PUT", body: "", length: "0", x: undefined },
      ]);
    });

    test("a connection is kept for the next request, and two at once take two", async (t) => {
      const server = await httpServer(t, (_, response) => response.end("ok"));
      const url = `http://${server.authority}/`;
      await drive([get(url), get(url), get(url)]);
      assert.equal(server.connections.length, 1);
      await drive([{ together: [get(url), get(url)] }]);
      assert.equal(server.connections.length, 3);
    });

    test("a request takes the connection that was opened ahead, even while it is being opened", async (t) => {
      const server = await httpServer(t, (_, response) => response.end("ok"));
      const url = `http://${server.authority}/`;
      const [outcome] = await drive([{ preconnect: { url } }, { preconnect: { url } }, get(url)]);
      assert.equal(answered(outcome).status, 200);
      assert.equal(server.connections.length, 1);
    });

    test("a connection opened ahead that failed fails the request", async () => {
      const url = `http://127.0.0.1:${await closedPort()}/`;
      const [outcome] = await drive([{ preconnect: { url } }, get(url)]);
      assert.equal(broken(outcome).code, "ECONNREFUSED");
      assert.equal(broken(outcome).phase, "connect");
    });

    test("an idle connection that the server has closed is replaced, and the request sent once", async (t) => {
      const requests: string[] = [];
      const server = await tcpServer(t, (socket, index) => {
        socket.on("data", (data) => {
          requests.push(`${index} ${String(data).split("\r\n")[0]}`);
          socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
          // The response does not say so, as a server's idle limit does not.
          if (index === 0) socket.end();
        });
      });
      const gate = await httpServer(t, (_, response) => {
        // By now the client has read the end of the first connection.
        server.connections[0]?.once("close", () => response.end());
        if (server.connections[0]?.closed) response.end();
      });
      const url = `http://${server.authority}`;
      const outcomes = await drive([get(`${url}/1`), get(`http://${gate.authority}/`), get(`${url}/2`)]);
      assert.deepEqual(
        outcomes.map((outcome) => answered(outcome).status),
        [200, 200, 200],
      );
      assert.deepEqual(requests, ["0 GET /1 HTTP/1.1", "1 GET /2 HTTP/1.1"]);
    });

    test("a redirect is a response like any other", async (t) => {
      let requests = 0;
      const server = await httpServer(t, (_, response) => {
        requests++;
        response.writeHead(302, { location: "/elsewhere" }).end();
      });
      const [outcome] = await drive([get(`http://${server.authority}/`)]);
      assert.equal(answered(outcome).status, 302);
      assert.equal(answered(outcome).headers["location"], "/elsewhere");
      assert.equal(requests, 1);
    });

    test("names of this machine resolve without a name server", async (t) => {
      const server = await httpServer(t, (_, response) => response.end("ok"));
      const [outcome] = await drive([get(`http://localhost:${server.port}/`)]);
      assert.equal(answered(outcome).body, "ok");
    });
  });
}
