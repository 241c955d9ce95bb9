import assert from "node:assert/strict";
import { connect } from "node:net";
import { before, describe, type TestContext, test } from "node:test";
import { CertificateAuthority } from "@imagecred/fake-clouds";
import { RUNTIMES } from "@imagecred/workspace";
import { answered, broken, type Drive, get, startDriver } from "./support/driver.ts";
import { missing, temporaryDirectory } from "./support/programs.ts";
import { httpServer, httpsServer, tcpServer } from "./support/servers.ts";

const NAME = "api.registry.example";

/** A proxy that answers every CONNECT with `status` and, where that is 200, tunnels to a port of this machine. */
async function connectProxy(t: TestContext, port: number, status = "200 Connection established") {
  const heads: string[] = [];
  const proxy = await tcpServer(t, (socket) => {
    socket.once("data", (data) => {
      heads.push(String(data));
      socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
      if (!status.startsWith("200")) return;
      const upstream = connect(port, "127.0.0.1");
      upstream.on("error", () => socket.destroy());
      socket.pipe(upstream).pipe(socket);
    });
  });
  return { ...proxy, heads };
}

for (const runtime of RUNTIMES) {
  describe(`${runtime} transport: proxies`, { skip: missing(runtime) }, () => {
    let drive: Drive;
    let authority: CertificateAuthority;
    before(async () => {
      drive = await startDriver(runtime, temporaryDirectory());
      authority = await CertificateAuthority.create();
    });

    async function secureServer(t: TestContext) {
      const context = await authority.contextFor(NAME);
      return httpsServer(t, { SNICallback: (_, done) => done(null, context) }, (request, response) =>
        response.end(JSON.stringify(request.headers)),
      );
    }

    test("https goes through a tunnel; the credentials are the proxy's alone", async (t) => {
      const server = await secureServer(t);
      const proxy = await connectProxy(t, server.port);
      const target = {
        url: `https://${NAME}/path`,
        proxy: `http://us%40er:p%3Ass@${proxy.authority}`,
        tls: { ca: authority.pem },
      };
      const [outcome] = await drive([{ preconnect: target }, get(target.url, target)]);
      assert.equal(answered(outcome).status, 200);
      assert.equal(proxy.connections.length, 1);
      const [line, ...headers] = (proxy.heads[0] ?? "").split("\r\n");
      assert.equal(line, `CONNECT ${NAME}:443 HTTP/1.1`);
      const lower = headers.map((header) => header.toLowerCase());
      assert.ok(lower.includes(`host: ${NAME}:443`));
      const credentials = Buffer.from("us@er:p:ss").toString("base64").toLowerCase();
      assert.ok(lower.includes(`proxy-authorization: basic ${credentials}`));
      assert.doesNotMatch(answered(outcome).body, /proxy-authorization/);
    });

    test("http goes to the proxy in absolute form", async (t) => {
      const seen: (string | undefined)[] = [];
      const proxy = await httpServer(t, (request, response) => {
        seen.push(request.url, request.headers.host, request.headers["proxy-authorization"]);
        response.end("from the proxy");
      });
      const url = "http://metadata.example:8080/path?q";
      const [outcome] = await drive([get(url, { proxy: `http://user:pass@${proxy.authority}` })]);
      assert.equal(answered(outcome).body, "from the proxy");
      const credentials = `Basic ${Buffer.from("user:pass").toString("base64")}`;
      assert.deepEqual(seen, [url, "metadata.example:8080", credentials]);
    });

    test("a proxy that refuses says why, and its credentials are not shown", async (t) => {
      for (const status of ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"]) {
        const proxy = await connectProxy(t, 1, status);
        const [outcome] = await drive([
          get(`https://${NAME}/`, { proxy: `http://user:hunter2@${proxy.authority}` }),
        ]);
        const { phase, code, message } = broken(outcome);
        assert.equal(`${phase} ${code}`, "proxy ERR_PROXY");
        assert.match(message, new RegExp(status.slice(0, 3)));
        assert.doesNotMatch(message, /hunter2/);
      }
    });

    test("a proxy that hangs up", async (t) => {
      const proxy = await tcpServer(t, (socket) => socket.once("data", () => socket.end()));
      const [outcome] = await drive([get(`https://${NAME}/`, { proxy: `http://${proxy.authority}` })]);
      assert.equal(`${broken(outcome).phase} ${broken(outcome).code}`, "proxy ECONNRESET");
    });

    test("the certificate behind a proxy is checked like any other", async (t) => {
      const server = await secureServer(t);
      const proxy = await connectProxy(t, server.port);
      const [outcome] = await drive([
        get("https://other.example/", { proxy: `http://${proxy.authority}`, tls: { ca: authority.pem } }),
      ]);
      assert.equal(broken(outcome).code, "ERR_TLS_CERTIFICATE");
    });
  });
}
