import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, type TestContext, test } from "node:test";
import type { SecureContext } from "node:tls";
import { CertificateAuthority, type CertificateProblem } from "@imagecred/fake-clouds";
import { RUNTIMES } from "@imagecred/workspace";
import { answered, broken, type Drive, get, startDriver } from "../src/testing/driver.ts";
import { missing, temporaryDirectory } from "../src/testing/programs.ts";
import { httpServer, httpsServer } from "../src/testing/servers.ts";

const NAME = "api.registry.example";

for (const runtime of RUNTIMES) {
  describe(`${runtime} transport: TLS`, { skip: missing(runtime) }, () => {
    let drive: Drive;
    let directory: string;
    let authority: CertificateAuthority;
    before(async () => {
      directory = temporaryDirectory();
      drive = await startDriver(runtime, directory);
      authority = await CertificateAuthority.create();
    });

    async function serve(t: TestContext, problem?: CertificateProblem) {
      const context: SecureContext = await authority.contextFor(NAME, problem);
      const names: (string | undefined)[] = [];
      const server = await httpsServer(
        t,
        {
          ALPNProtocols: ["h2", "http/1.1"],
          SNICallback: (name, done) => {
            names.push(name);
            done(null, context);
          },
        },
        (_, response) => response.end("ok"),
      );
      return { ...server, names, url: `https://${NAME}:${server.port}/` };
    }

    const here = (more: { ca?: string; serverName?: string } = {}) => ({
      tls: { connectTo: "127.0.0.1", ...more },
    });

    test("the host's name goes out as SNI, HTTP/1.1 is agreed on, and the given CA is trusted", async (t) => {
      const server = await serve(t);
      const [first, second] = await drive([
        { preconnect: { url: server.url, ...here({ ca: authority.pem }) } },
        get(server.url, here({ ca: authority.pem })),
        get(server.url, here({ ca: authority.pem })),
      ]);
      assert.equal(answered(first).body, "ok");
      assert.equal(answered(second).body, "ok");
      assert.equal(server.connections.length, 1);
      assert.deepEqual(server.names, [NAME]);
      assert.equal(server.connections[0]?.alpnProtocol, "http/1.1");
    });

    test("another name to check the certificate against", async (t) => {
      const server = await serve(t);
      const url = `https://127.0.0.1:${server.port}/`;
      const [outcome] = await drive([get(url, { tls: { ca: authority.pem, serverName: NAME } })]);
      assert.equal(answered(outcome).body, "ok");
      assert.deepEqual(server.names, [NAME]);
    });

    test("a certificate that is not good is refused, and no request is sent", async (t) => {
      const cases: [CertificateProblem, string, RegExp][] = [
        ["wrong-host", "wrong-name", /wrong-host\.invalid/],
        ["expired", "expired", /expired/],
        ["not-yet-valid", "not-yet-valid", /not (valid before|yet valid|valid yet)/],
        ["unknown-issuer", "unknown-issuer", /signature|not acceptable/],
      ];
      for (const [problem, certificate, message] of cases) {
        const server = await serve(t, problem);
        const [outcome] = await drive([get(server.url, here({ ca: authority.pem }))]);
        const failure = broken(outcome);
        assert.equal(`${failure.phase} ${failure.code}`, "tls ERR_TLS_CERTIFICATE", problem);
        assert.equal(failure.certificate, certificate);
        assert.match(failure.message, message);
        assert.doesNotMatch(failure.message, /[("]|Context/, "no debug output");
      }
    });

    test("without the CA, the certificate is of an unknown authority", async (t) => {
      const server = await serve(t);
      const [outcome] = await drive([get(server.url, here())]);
      assert.equal(broken(outcome).code, "ERR_TLS_CERTIFICATE");
    });

    test("the environment names the trust store", async (t) => {
      const [ca, other] = [join(directory, "ca.pem"), join(directory, "other.pem")];
      await writeFile(ca, `# a comment\n${authority.pem}`);
      await writeFile(other, (await CertificateAuthority.create("another authority")).pem);
      const server = await serve(t);
      const outcome = async (env: Record<string, string>) => (await drive([get(server.url, here())], env))[0];
      assert.equal(answered(await outcome({ SSL_CERT_FILE: ca })).body, "ok");
      assert.equal(answered(await outcome({ SSL_CERT_DIR: directory })).body, "ok");
      assert.equal(answered(await outcome({ SSL_CERT_FILE: other, AWS_CA_BUNDLE: ca })).body, "ok");
      assert.equal(answered(await outcome({ SSL_CERT_FILE: other, NODE_EXTRA_CA_CERTS: ca })).body, "ok");
      assert.equal(answered(await outcome({ AWS_CA_BUNDLE: ca })).body, "ok");
      assert.equal(broken(await outcome({ SSL_CERT_FILE: other })).code, "ERR_TLS_CERTIFICATE");
      const absent = broken(await outcome({ SSL_CERT_FILE: join(directory, "absent.pem") }));
      assert.match(absent.message, /absent\.pem/);
    });

    test("one directory that is absent and one PEM block that is broken hide nothing", async (t) => {
      const [certificates, bundle] = [join(directory, "certificates"), join(directory, "broken.pem")];
      await mkdir(certificates, { recursive: true });
      await writeFile(join(certificates, "ca.pem"), authority.pem);
      const cut = authority.pem.slice(0, authority.pem.length / 2);
      const nonsense = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
      await writeFile(bundle, `${nonsense}${cut}\n${authority.pem}`);
      const server = await serve(t);
      const outcome = async (env: Record<string, string>) => (await drive([get(server.url, here())], env))[0];
      const absent = join(directory, "absent");
      assert.equal(answered(await outcome({ SSL_CERT_DIR: `${absent}:${certificates}` })).body, "ok");
      assert.equal(answered(await outcome({ SSL_CERT_FILE: bundle })).body, "ok");
      assert.match(
        broken(await outcome({ SSL_CERT_DIR: absent })).message,
        /SSL_CERT_DIR=.*absent cannot be read/,
      );
    });

    test("files without an end cost neither memory nor the deadline", async (t) => {
      const server = await serve(t);
      const outcome = async (file: string, limits: { connectTimeoutMs?: number } = {}) =>
        broken((await drive([get(server.url, { ...here(), ...limits })], { SSL_CERT_FILE: file }))[0]);
      const endless = await outcome("/dev/zero");
      assert.equal(endless.code, "EFBIG");
      assert.match(endless.message, /SSL_CERT_FILE=\/dev\/zero cannot be read/);
      const fifo = join(directory, "fifo");
      execFileSync("mkfifo", [fifo]);
      const silent = await outcome(fifo, { connectTimeoutMs: 300 });
      assert.equal(`${silent.phase} ${silent.code}`, "tls ETIMEDOUT");
      assert.match(silent.message, /while reading the trusted certificates \(SSL_CERT_FILE=.*fifo\)/);
    });

    test("nothing in the environment turns the check off", async (t) => {
      const server = await serve(t, "expired");
      const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0", LLRT_TLS_VERSION: "1.0", SSL_VERIFY: "0" };
      if (runtime === "nodejs") return t.skip("the driver runs under plain Node, which that variable is for");
      const [outcome] = await drive([get(server.url, here({ ca: authority.pem }))], env);
      assert.equal(broken(outcome).code, "ERR_TLS_CERTIFICATE");
    });

    test("a server that does not speak TLS, or only TLS 1.1", async (t) => {
      const plain = await httpServer(t, (_, response) => response.end("ok"));
      const [outcome] = await drive([get(`https://${plain.authority}/`, here({ ca: authority.pem }))]);
      assert.equal(`${broken(outcome).phase} ${broken(outcome).code}`, "tls ERR_TLS");
      const old = await httpsServer(
        t,
        { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
        (_, response) => response.end("ok"),
      );
      const [refused] = await drive([get(`https://${old.authority}/`, here({ ca: authority.pem }))]);
      assert.equal(`${broken(refused).phase} ${broken(refused).code}`, "tls ERR_TLS");
    });
  });
}
