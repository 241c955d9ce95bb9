import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nodeFiles } from "../files/nodejs.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import { temporary } from "../testing/temporary.ts";
import { trustedAuthorities } from "./certificates.ts";

const pem = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----`;

const CASES: readonly {
  readonly what: string;
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly more?: readonly string[];
  readonly trusted: readonly string[];
  readonly problems?: readonly RegExp[];
}[] = [
  {
    what: "the first bundle, and the directories",
    files: ["etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt", "etc/ssl/certs/own.pem"],
    trusted: [
      "etc/ssl/certs/ca-certificates.crt",
      "etc/ssl/certs/own.pem",
      "etc/pki/tls/certs/ca-bundle.crt",
    ],
  },
  {
    what: "Red Hat's places alone",
    files: ["etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"],
    trusted: ["etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"],
  },
  {
    what: "SSL_CERT_FILE replaces the bundle and not the directories, as in Go",
    files: ["etc/pki/tls/cacert.pem", "etc/ssl/certs/own.pem", "corp.pem"],
    env: { SSL_CERT_FILE: "/corp.pem" },
    trusted: ["corp.pem", "etc/ssl/certs/own.pem"],
  },
  {
    what: "SSL_CERT_DIR replaces the directories and not the bundle; several, one missing",
    files: ["etc/ssl/ca-bundle.pem", "etc/ssl/certs/own.pem", "a/1.pem", "b/2.pem"],
    env: { SSL_CERT_DIR: "/a:/gone:/b" },
    trusted: ["etc/ssl/ca-bundle.pem", "a/1.pem", "b/2.pem"],
    problems: [/^SSL_CERT_DIR=\/gone cannot be read: no such directory$/],
  },
  {
    what: "a missing file does not hide the others",
    files: ["etc/ssl/certs/own.pem"],
    env: { SSL_CERT_FILE: "/gone.pem" },
    trusted: ["etc/ssl/certs/own.pem"],
    problems: [/^SSL_CERT_FILE=\/gone\.pem cannot be read: no such file$/],
  },
  {
    what: "a hosts.toml's ca besides",
    files: ["etc/ssl/cert.pem", "certs.d/ca.crt"],
    more: ["/certs.d/ca.crt", "/certs.d/gone.crt"],
    trusted: ["etc/ssl/cert.pem", "certs.d/ca.crt"],
    problems: [/^\/certs\.d\/gone\.crt cannot be read/],
  },
  { what: "nothing", files: [], trusted: [] },
];

test("the authorities that a Go program trusts, by files and variables", () => {
  for (const { what, files, env = {}, more = [], trusted, problems = [] } of CASES) {
    using place = temporary();
    for (const path of files) place.write(path, `# ${path}\n${pem(path)}\n`);
    const found = trustedAuthorities(rootedFiles(nodeFiles, place.path), env, more);
    const expected = trusted.length === 0 ? undefined : `${trusted.map(pem).join("\n")}\n`;
    assert.equal(found.pem, expected, what);
    assert.equal(found.problems.length, problems.length, `${what}: ${found.problems}`);
    problems.forEach((pattern, index) => {
      assert.match(found.problems[index] ?? "", pattern, what);
    });
  }
});

test("a FIFO does not block, and files without certificates are ignored", () => {
  using place = temporary();
  mkdirSync(join(place.path, "certs"));
  execFileSync("mkfifo", [join(place.path, "certs/fifo")]);
  place.write("certs/key.pem", "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n");
  place.write("certs/broken.pem", "-----BEGIN CERTIFICATE-----\nno end");
  place.write("certs/good.pem", pem("good"));
  const files = rootedFiles(nodeFiles, place.path);
  const { pem: found, problems } = trustedAuthorities(files, { SSL_CERT_DIR: "/certs" });
  assert.equal(found, `${pem("good")}\n`);
  assert.deepEqual(problems, []);
  const fifo = trustedAuthorities(files, { SSL_CERT_FILE: "/certs/fifo", SSL_CERT_DIR: "/certs" });
  assert.match(fifo.problems.join(), /it is a fifo, not a file/);
});
