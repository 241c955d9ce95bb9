import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { hostForms, nodeKeys, parseRegistryHost } from "./registry.ts";
import { DEFAULT_UNIVERSE, type Universe, universeOfApis } from "./universe.ts";

const S3NS = universeOfApis("s3nsapis.fr") ?? assert.fail();
const BERLIN = universeOfApis("apis-berlin-build0.goog") ?? assert.fail();

function universeOf(host: string, port?: string, extra?: Universe): Universe | undefined {
  const registry = parseRegistryHost({ host, port }, extra);
  return "notOurs" in registry ? undefined : registry.universe;
}

const domainOf = (host: string, port?: string) => universeOf(host, port)?.domain;

const OURS: Readonly<Record<string, string>> = {
  "gcr.io": "googleapis.com",
  "eu.gcr.io": "googleapis.com",
  "marketplace.gcr.io": "googleapis.com",
  "us-docker.pkg.dev": "googleapis.com",
  "europe-west12-docker.pkg.dev": "googleapis.com",
  "docker.us-central1.rep.pkg.dev": "googleapis.com",
  "docker.pkg-berlin-build0.goog": "apis-berlin-build0.goog",
  "u-germany-northeast1-docker.pkg-berlin-build0.goog": "apis-berlin-build0.goog",
  "docker.u-germany-northeast1.rep.pkg-berlin-build0.goog": "apis-berlin-build0.goog",
  "docker.pkg-tpczero.goog": "apis-tpczero.goog",
  "docker.s3nsregistry.fr": "s3nsapis.fr",
  "u-france-east1-docker.s3nsregistry.fr": "s3nsapis.fr",
};

const NOT_OURS = [
  "docker.io",
  "registry.k8s.io",
  "evilgcr.io",
  "evil-pkg.dev",
  "gcr.io.evil.test",
  "eu.gcr.io.evil.test",
  "us-docker.pkg.dev.evil.test",
  "a.b.gcr.io",
  "pkg.dev",
  "a.b.pkg.dev",
  "docker.a.b.rep.pkg.dev",
  "evil.us-central1.rep.pkg.dev",
  "rep.pkg.dev.",
  "gcr.io.",
  ".gcr.io",
  "GCR.IO",
  "eu.GCR.io",
  "-gcr.io",
  "evil-.gcr.io",
  "-evil.pkg.dev",
  "gcr-io",
  "gcrxio",
  "eu-gcr.io",
  "xpkg.dev",
  "us-dockerxpkg.dev",
  "docker.pkg-.goog",
  "docker.pkg.goog",
  "docker.evilpkg-berlin.goog",
  "docker.pkg-berlin.goog.evil.test",
  "docker.pkg-berlin.google",
  "s3nsregistry.fr",
  "docker.evils3nsregistry.fr",
  "docker.s3nsregistry.fr.evil.test",
  "localhost",
  "127.0.0.1",
  "169.254.169.254",
  "[::1]",
  "metadata.google.internal",
  "xn--gcr-io",
  "gcr.іo",
];

describe("registry hosts", () => {
  for (const [host, domain] of Object.entries(OURS)) {
    test(`${host} is a registry of ${domain}`, () => assert.equal(domainOf(host), domain));
  }

  for (const host of NOT_OURS) {
    test(`${host} is not Google's`, () => assert.equal(domainOf(host), undefined));
  }

  test("have one port", () => {
    assert.equal(domainOf("gcr.io", "443"), "googleapis.com");
    for (const port of ["80", "5000", "0443", ""]) assert.equal(domainOf("gcr.io", port), undefined);
  });

  test("of an unknown universe are accepted if the operator configures it", () => {
    const extra = { domain: "apis.example.com", registryDomain: "registry.example.com" };
    assert.equal(universeOf("docker.registry.example.com", undefined, extra), extra);
    assert.equal(universeOf("docker.eu.rep.registry.example.com", undefined, extra), extra);
    for (const host of [
      "registry.example.com",
      "a.b.registry.example.com",
      "docker.evilregistry.example.com",
    ]) {
      assert.equal(universeOf(host, undefined, extra), undefined);
    }
    assert.equal(domainOf("docker.registry.example.com"), undefined);
  });
});

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const evil = fc.constantFrom(...Object.keys(OURS)).chain((host) =>
  fc.oneof(
    label.map((more) => `${host}.${more}`),
    label.map((more) => `${host}${more}`),
    label.map((more) => `${host}.${more}.test`),
    fc.tuple(label, label).map(([a, b]) => `${a}.${b}.${host}`),
    fc.nat({ max: host.length - 1 }).map((at) => `${host.slice(0, at)}é${host.slice(at + 1)}`),
    fc
      .constantFrom("/", "@", "%", " ", "\n", "\u0000", ":", "#", "?", "\\", "_")
      .map((char) => `${host}${char}x`),
    fc
      .constantFrom("/", "@", "%", " ", "\n", "\u0000", ":", "#", "?", "\\", "_")
      .map((char) => `x${char}${host}`),
  ),
);

describe("similar hosts", () => {
  test("are not accepted with extra labels or characters", () => {
    fc.assert(
      fc.property(evil, (host) => {
        // With one more label, a host may have another form of the same universe; nothing else is accepted.
        const universe = universeOf(host);
        if (universe === undefined) return;
        assert.match(host, /^[a-z0-9.-]+$/);
        const { registryDomain } = universe;
        assert.ok(host === "gcr.io" || host.endsWith(".gcr.io") || host.endsWith(`.${registryDomain}`), host);
      }),
      { numRuns: 2_000 },
    );
  });

  test("are accepted only in a domain that Google or the partner owns", () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.webAuthority(), fc.string(), evil), (host) => {
        const universe = universeOf(host);
        if (universe !== undefined)
          assert.match(host, /(^|\.)(gcr\.io|pkg\.dev|pkg-[a-z0-9-]+\.goog|s3nsregistry\.fr)$/);
      }),
      { numRuns: 5_000 },
    );
  });
});

/** The kubelet's comparison of a key and an image's host without paths: label by label, `*` within a label. */
function keyMatches(key: string, host: string): boolean {
  const [keyHost = "", keyPort = ""] = key.split(":");
  const [wantHost = "", wantPort = ""] = host.split(":");
  const [have, want] = [keyHost.split("."), wantHost.split(".")];
  return (
    keyPort === wantPort &&
    have.length === want.length &&
    have.every((part, index) => part === "*" || part === want[index])
  );
}

describe("the node's keys", () => {
  test("of the default universe are the four host forms, with and without the port", () => {
    assert.deepEqual(hostForms(DEFAULT_UNIVERSE), [
      "gcr.io",
      "*.gcr.io",
      "*.pkg.dev",
      "docker.*.rep.pkg.dev",
    ]);
    assert.deepEqual(nodeKeys(DEFAULT_UNIVERSE), [
      "gcr.io",
      "gcr.io:443",
      "*.gcr.io",
      "*.gcr.io:443",
      "*.pkg.dev",
      "*.pkg.dev:443",
      "docker.*.rep.pkg.dev",
      "docker.*.rep.pkg.dev:443",
    ]);
    assert.deepEqual(hostForms(S3NS), ["*.s3nsregistry.fr", "docker.*.rep.s3nsregistry.fr"]);
  });

  const host = fc.oneof(
    label.map((a) => `${a}.gcr.io`),
    label.map((a) => `${a}.pkg.dev`),
    label.map((a) => `docker.${a}.rep.pkg.dev`),
    label.map((a) => `${a}.s3nsregistry.fr`),
    label.map((a) => `docker.${a}.rep.pkg-berlin-build0.goog`),
    evil,
    fc.domain(),
  );
  test("match every accepted host, and none of another universe", () => {
    fc.assert(
      fc.property(host, fc.constantFrom(undefined, "443", "8443"), (name, port) => {
        const universe = universeOf(name, port);
        const registry = port === undefined ? name : `${name}:${port}`;
        for (const each of [DEFAULT_UNIVERSE, S3NS, BERLIN]) {
          const covered = nodeKeys(each).some((key) => keyMatches(key, registry));
          if (universe?.domain === each.domain) assert.ok(covered, registry);
          else if (universe !== undefined) assert.ok(!covered, `${registry} under a key of ${each.domain}`);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
