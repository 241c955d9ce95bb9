import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { Core } from "./core.ts";
import { text } from "./exchange.ts";

async function tunnel(core: Core, host: string): Promise<TLSSocket> {
  const proxy = new URL(core.proxy.url);
  const request = httpRequest({
    host: proxy.hostname,
    port: proxy.port,
    method: "CONNECT",
    path: `${host}:443`,
  });
  request.end();
  const [response, socket] = await once(request, "connect");
  assert.equal(response.statusCode, 200);
  const tls = connect({ socket, servername: host, ca: core.authority.pem });
  await once(tls, "secureConnect");
  return tls;
}

test("a request through the proxy reaches the service under its real name, with a certificate of the CA", async () => {
  const core = await Core.start({});
  core.addTls({
    name: "test.echo",
    about: "echo",
    example: "echo.example.com",
    hosts: (host) => host === "echo.example.com",
    operation: (request) => request.path,
    handle: (request) => text(200, `hello ${request.host}`),
  });
  const tls = await tunnel(core, "echo.example.com");
  tls.write("GET /hi?x=1 HTTP/1.1\r\nhost: echo.example.com\r\nconnection: close\r\n\r\n");
  let answer = "";
  for await (const chunk of tls) answer += chunk;
  assert.match(answer, /^HTTP\/1.1 200 OK\r\n[\s\S]*hello echo.example.com$/);
  assert.equal(core.log.requests.length, 1);
  assert.equal(core.log.requests[0]?.status, 200);
  await core.close();
});
