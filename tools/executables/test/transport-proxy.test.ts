import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { before, describe, type TestContext, test } from "node:test";
import { CertificateAuthority } from "@imagecred/fake-clouds";
import { RUNTIMES } from "@imagecred/workspace";
import { answered, broken, type Drive, get, startDriver } from "../src/testing/driver.ts";
import { missing, temporaryDirectory } from "../src/testing/programs.ts";
import { httpServer, httpsServer, socksProxy, tcpServer, tlsServer } from "../src/testing/servers.ts";

const NAME = "api.registry.example";

/** A proxy that responds to every CONNECT with `status` and, if that is 200, tunnels to a port of this machine. */
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
        const { phase, code, peer, message, ...facts } = broken(outcome);
        assert.equal(`${phase} ${code} ${peer}`, "proxy ERR_PROXY proxy");
        assert.equal(facts.proxyStatus, Number(status.slice(0, 3)));
        assert.match(message, new RegExp(`${proxy.authority}.*${status.slice(0, 3)}`));
        assert.doesNotMatch(message, /hunter2/);
      }
    });

    test("a proxy that hangs up", async (t) => {
      const proxy = await tcpServer(t, (socket) => socket.once("data", () => socket.end()));
      const [outcome] = await drive([get(`https://${NAME}/`, { proxy: `http://${proxy.authority}` })]);
      assert.equal(`${broken(outcome).phase} ${broken(outcome).code}`, "proxy ECONNRESET");
    });

    test("a proxy that nothing listens on, and one whose name is not known, fail as the proxy's", async () => {
      const [refused, unknown] = await drive([
        get(`https://${NAME}/`, { proxy: "http://127.0.0.1:1" }),
        get(`https://${NAME}/`, { proxy: "http://nothing.localhost.invalid.:1" }),
      ]);
      const { phase, code, peer } = broken(refused);
      assert.equal(`${phase} ${code} ${peer}`, "connect ECONNREFUSED proxy");
      assert.equal(`${broken(unknown).phase} ${broken(unknown).peer}`, "lookup proxy");
    });

    describe("https: proxies", () => {
      async function secureProxy(t: TestContext, name: string, port: number) {
        const plain = await connectProxy(t, port);
        const context = await authority.contextFor(name);
        const proxy = await tlsServer(t, { SNICallback: (_, done) => done(null, context) }, (socket) => {
          const inner = connect(plain.port, "127.0.0.1");
          inner.on("error", () => socket.destroy());
          socket.pipe(inner).pipe(socket);
        });
        return { ...proxy, heads: plain.heads };
      }

      test("TLS to the proxy by its own name, TLS through it to the server by the server's", async (t) => {
        const file = join(temporaryDirectory(), "ca.pem");
        writeFileSync(file, authority.pem);
        const server = await secureServer(t);
        const proxy = await secureProxy(t, "localhost", server.port);
        const url = `https://${NAME}/`;
        const good = get(url, { proxy: `https://u:p@localhost:${proxy.port}` });
        const [outcome] = await drive([good], { SSL_CERT_FILE: file });
        assert.equal(answered(outcome).status, 200);
        assert.match(proxy.heads[0] ?? "", /^CONNECT [^ ]+ HTTP\/1\.1\r\n/);
        assert.match(proxy.heads[0] ?? "", /proxy-authorization: basic/i);
        // By another name, the proxy's certificate is not its own.
        const [wrong] = await drive([get(url, { proxy: `https://other.localhost:${proxy.port}` })], {
          SSL_CERT_FILE: file,
        });
        const { code, peer, certificate } = broken(wrong);
        assert.deepEqual([code, peer, certificate], ["ERR_TLS_CERTIFICATE", "proxy", "wrong-name"]);
        // The server's own CA is not one for the proxy.
        const [unknown] = await drive([
          get(url, { proxy: `https://localhost:${proxy.port}`, tls: { ca: authority.pem } }),
        ]);
        assert.deepEqual([broken(unknown).peer, broken(unknown).certificate], ["proxy", "unknown-issuer"]);
      });

      test("http goes to it in absolute form", async (t) => {
        const file = join(temporaryDirectory(), "ca.pem");
        writeFileSync(file, authority.pem);
        const context = await authority.contextFor("localhost");
        const proxy = await httpsServer(
          t,
          { SNICallback: (_, done) => done(null, context) },
          (request, response) => response.end(request.url),
        );
        const url = "http://metadata.example:8080/path?q";
        const [outcome] = await drive([get(url, { proxy: `https://localhost:${proxy.port}` })], {
          SSL_CERT_FILE: file,
        });
        assert.equal(answered(outcome).body, url);
      });

      test("a proxy that does not speak TLS", async (t) => {
        const proxy = await connectProxy(t, 1);
        const [outcome] = await drive([get(`https://${NAME}/`, { proxy: `https://${proxy.authority}` })]);
        assert.deepEqual([broken(outcome).phase, broken(outcome).peer], ["tls", "proxy"]);
        assert.match(broken(outcome).message, /not valid TLS|closed the connection/);
      });
    });

    describe("socks5: proxies", () => {
      test("https and http, with a user name and a password", async (t) => {
        const server = await secureServer(t);
        const plain = await httpServer(t, (request, response) => response.end(`${request.headers.host}`));
        const proxy = await socksProxy(t, { user: "us@er", password: "p:ss" }, (host) =>
          host === NAME ? server.port : plain.port,
        );
        const through = `socks5h://us%40er:p%3Ass@${proxy.authority}`;
        const [secure, open] = await drive([
          get(`https://${NAME}/`, { proxy: through, tls: { ca: authority.pem } }),
          get("http://metadata.example:8080/", { proxy: through }),
        ]);
        assert.equal(answered(secure).status, 200);
        assert.equal(answered(open).body, "metadata.example:8080");
        assert.deepEqual(proxy.asked, [`${NAME}:443`, "metadata.example:8080"]);
        const [wrong] = await drive([
          get(`https://${NAME}/`, { proxy: `socks5://us%40er:hunter2@${proxy.authority}` }),
        ]);
        assert.deepEqual([broken(wrong).code, broken(wrong).peer], ["ERR_PROXY", "proxy"]);
        assert.match(broken(wrong).message, /refuses the user name and password$/);
      });

      test("a server that the proxy cannot reach", async (t) => {
        const proxy = await socksProxy(t, undefined, () => 1);
        const [outcome] = await drive([get(`https://${NAME}/`, { proxy: `socks5://${proxy.authority}` })]);
        const { phase, code, peer, message } = broken(outcome);
        assert.deepEqual([phase, code, peer], ["proxy", "ECONNREFUSED", "proxy"]);
        assert.match(message, /could not connect to api\.registry\.example:443/);
      });
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
