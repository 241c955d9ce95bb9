import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readMetadata } from "@imagecred/identities/google";
import { createHttpClient, Deadline, type Transport, TransportError } from "@imagecred/protocol";
import { ManualClock, testContext } from "@imagecred/protocol/testing";

const FLAVOR = { "metadata-flavor": "Google" };
const answer = { status: 200, headers: FLAVOR, body: Buffer.from("value") };

/** One attempt at a host: its duration (milliseconds) and its outcome. */
type Attempt = (host: string, at: number) => { readonly ms?: number; readonly error?: TransportError };

async function read(env: Record<string, string>, attempt: Attempt) {
  const clock = new ManualClock(0);
  const deadline = new Deadline(20_000, clock);
  const hosts: string[] = [];
  const transport: Transport = {
    async request({ url, timeoutMs }) {
      const { hostname } = new URL(url);
      hosts.push(hostname);
      const { ms = 1, error } = attempt(hostname, clock.now());
      await clock.sleep(Math.min(ms, timeoutMs));
      if (ms > timeoutMs) throw new TransportError("receive", "ETIMEDOUT", `no answer in ${timeoutMs} ms`);
      if (error !== undefined) throw error;
      return answer;
    },
    preconnect: () => {},
    firstSent: async () => {},
  };
  const parts = { clock, deadline };
  const { log, random } = testContext({}, parts);
  const http = createHttpClient({
    transport,
    proxyFor: () => undefined,
    ...parts,
    random,
    log,
    userAgent: "test",
  });
  const result = await readMetadata(testContext(env, { ...parts, http }), "x", "token").then(
    ({ body }) => Buffer.from(body).toString(),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return { result, hosts, ms: clock.now() };
}

const connect = (code: string) => new TransportError("connect", code, code);

describe("a node without IPv4", () => {
  test("uses the metadata server's name", async () => {
    const { result, hosts } = await read({}, (host) =>
      host === "169.254.169.254" ? { error: connect("ENETUNREACH") } : {},
    );
    assert.equal(result, "value");
    assert.deepEqual(hosts, ["169.254.169.254", "metadata.google.internal"]);
  });

  test("uses its address if the name is unknown", async () => {
    const { result, hosts } = await read({}, (host) => {
      if (host === "169.254.169.254") return { error: connect("EHOSTUNREACH") };
      return host.startsWith("[") ? {} : { error: new TransportError("lookup", "ENOTFOUND", "no such name") };
    });
    assert.equal(result, "value");
    assert.deepEqual(hosts, ["169.254.169.254", "metadata.google.internal", "[fd20:ce::254]"]);
  });

  test("gets the first address's error if there is no metadata server", async () => {
    const { result, ms } = await read({}, () => ({ error: connect("ENETUNREACH") }));
    assert.match(result, /no route to 169\.254\.169\.254 \(ENETUNREACH\)/);
    assert.ok(ms < 2_500, `${ms} ms`);
  });

  test("may set GCE_METADATA_HOST without brackets, and then only that host is used", async () => {
    for (const host of ["fd20:ce::254", "[fd20:ce::254]"]) {
      const { result, hosts } = await read({ GCE_METADATA_HOST: host }, () => ({}));
      assert.equal(result, "value");
      assert.deepEqual(hosts, ["[fd20:ce::254]"]);
    }
    const { result } = await read({ GCE_METADATA_HOST: "http://x" }, () => ({}));
    assert.match(
      result,
      /GCE_METADATA_HOST is "http:\/\/x"; set it to a host or host:port, without http:\/\//,
    );
  });
});

test("a slow server may use the time that is left", async () => {
  const { result, hosts } = await read({}, () => ({ ms: 7_000 }));
  assert.equal(result, "value");
  assert.equal(hosts.length, 1);
  const hung = await read({}, () => ({ ms: 60_000 }));
  assert.match(
    hung.result,
    /the metadata server accepted the connection but did not respond.*IMAGECRED_TIMEOUT/,
  );
  assert.doesNotMatch(hung.result, /NAT|security groups/);
});

test("a server that restarts is awaited, and a missing one only briefly", async () => {
  const { result, ms } = await read({}, (_, at) => (at < 1_000 ? { error: connect("ECONNREFUSED") } : {}));
  assert.equal(result, "value");
  assert.ok(ms < 1_600, `${ms} ms`);
  const gone = await read({}, () => ({ error: connect("ECONNREFUSED") }));
  assert.match(gone.result, /169\.254\.169\.254 refused the connection/);
  assert.ok(gone.ms >= 1_200 && gone.ms < 2_500, `${gone.ms} ms`);
});
