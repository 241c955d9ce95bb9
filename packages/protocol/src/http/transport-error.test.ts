import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TransportError, type TransportErrorFacts, type TransportPhase } from "./transport.ts";
import { describeTransportError } from "./transport-error.ts";

const url = "https://api.test/path";
const proxy = "http://user:hunter2@proxy.test:3128";

function described(
  phase: TransportPhase,
  code: string,
  message: string,
  { facts = {}, through }: { facts?: TransportErrorFacts; through?: string } = {},
): string {
  const target = through === undefined ? { url } : { url, proxy: through };
  const { reason, advice } = describeTransportError(new TransportError(phase, code, message, facts), target);
  return `${reason}; ${advice}`;
}

describe("reason and advice of a failed request", () => {
  test("a proxy's own failure names the proxy and not the registry", () => {
    const facts = { peer: "proxy" } as const;
    const of = (phase: TransportPhase, code: string, more: TransportErrorFacts = {}) =>
      described(phase, code, "the proxy proxy.test:3128 says no", {
        facts: { ...facts, ...more },
        through: proxy,
      });
    assert.match(of("lookup", "ENOTFOUND"), /^the name proxy\.test of the proxy could not be resolved/);
    assert.match(of("connect", "ECONNREFUSED"), /^the proxy proxy\.test:3128 refused the connection; /);
    assert.match(of("connect", "ETIMEDOUT"), /^no response from the proxy proxy\.test:3128 in time/);
    assert.match(of("proxy", "ETIMEDOUT"), /^no response from the proxy proxy\.test:3128 in time/);
    assert.match(of("proxy", "ECONNRESET"), /^the proxy proxy\.test:3128 closed the connection/);
    assert.match(
      of("tls", "ERR_TLS_CERTIFICATE", { certificate: "unknown-issuer" }),
      /^the TLS certificate of proxy\.test \(the proxy\) is refused/,
    );
    assert.match(of("proxy", "ERR_PROXY", { status: 407 }), /says no; put the user name and password into/);
    assert.match(
      of("proxy", "ERR_PROXY", { status: 503 }),
      /says no; check that the proxy can reach api\.test/,
    );
    // A SOCKS proxy's reply about the server.
    assert.match(of("proxy", "ECONNREFUSED"), /^the proxy proxy\.test:3128 says no; check HTTPS_PROXY/);
    for (const code of ["ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "ERR_PROXY", "ERR_TLS", "EIO"]) {
      assert.doesNotMatch(of("connect", code), /hunter2/);
    }
  });

  test("a lookup without a response is about DNS and not about routes", () => {
    const silent = described("lookup", "ETIMEDOUT", "timed out (no answer from 10.0.0.2)");
    assert.match(
      silent,
      /^the name api\.test could not be resolved \(timed out \(no answer from 10\.0\.0\.2\)\); check the node's DNS$/,
    );
    assert.match(described("connect", "ETIMEDOUT", "x"), /^no response from api\.test in time/);
  });

  test("a server's failure behind a proxy names both", () => {
    assert.match(
      described("receive", "ECONNRESET", "x", { through: proxy }),
      /^api\.test closed the connection through the proxy proxy\.test:3128/,
    );
  });

  test("advice for a certificate depends on what is wrong with it", () => {
    const of = (certificate: NonNullable<TransportErrorFacts["certificate"]>) =>
      described("tls", "ERR_TLS_CERTIFICATE", "the reason", { facts: { certificate } });
    assert.match(of("expired"), /is refused: the reason; check the node's clock; if it is right, api\.test/);
    assert.match(of("not-yet-valid"), /check the node's clock/);
    assert.match(of("wrong-name"), /check what responds as api\.test: DNS, private endpoints/);
    assert.match(of("unknown-issuer"), /add a private or proxy CA to the node's trust store/);
    assert.doesNotMatch(of("other"), /trust store/);
  });
});
