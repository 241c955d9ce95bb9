import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { CertificateAuthority } from "@imagecred/fake-clouds";
import {
  bringUpLoopback,
  executablePath,
  executables,
  nameHosts,
  type Runtime,
  runFile,
} from "@imagecred/workspace";
import { Crane } from "../src/crane.ts";
import { HTPASSWD, startRegistry } from "../src/distribution.ts";
import { judgedInNamespace } from "../src/in-namespace.ts";
import { PASSWORD } from "../src/moto.ts";
import type { Programs } from "../src/programs.ts";
import { TokenService } from "../src/token-service.ts";

const ADDRESS = "127.0.0.1";
const BASIC = "basic.example:5000";
const TOKEN = "token.example:5001";
const TOKEN_SERVICE = "login.example:5443";
/** Its certificate is of an unknown authority. */
const STRANGE = "strange.example:5002";
const LOGIN = { username: "AWS", password: PASSWORD };

/** Compares `imagecred doctor` on real registries with crane and the same login. */
await judgedInNamespace("registries of CNCF's distribution", import.meta.filename, inside);

function inside(programs: Programs, scratch: string): void {
  const judges = new AsyncDisposableStack();
  const caFile = join(scratch, "ca.pem");
  const crane = new Crane(programs, scratch, caFile);
  let tokens: TokenService;

  before(async () => {
    bringUpLoopback([]);
    const hosts = [BASIC, TOKEN, TOKEN_SERVICE, STRANGE].map(nameOf);
    nameHosts(Object.fromEntries(hosts.map((host) => [host, ADDRESS])));
    const authority = await CertificateAuthority.create("interop CA");
    writeFileSync(caFile, authority.pem);
    const basic = { kind: "basic", htpasswd: HTPASSWD } as const;
    const start = async (registry: string, auth: Parameters<typeof startRegistry>[4], issuer = authority) =>
      judges.use(
        await startRegistry(
          programs,
          addressOf(registry),
          join(scratch, nameOf(registry)),
          await issuer.issue([nameOf(registry)]),
          auth,
        ),
      );
    const certificate = await authority.issue([nameOf(TOKEN_SERVICE)]);
    tokens = judges.use(await TokenService.start(addressOf(TOKEN_SERVICE), certificate, LOGIN));
    await start(BASIC, basic);
    await start(STRANGE, basic, await CertificateAuthority.create("another CA"));
    const realm = `https://${TOKEN_SERVICE}/token`;
    await start(TOKEN, { kind: "token", realm, service: nameOf(TOKEN), jwks: tokens.jwks });
    for (const registry of [BASIC, TOKEN]) await crane.push(`${registry}/team/app:v1`, { [registry]: LOGIN });
  });
  after(() => judges.disposeAsync());

  interface Case {
    readonly name: string;
    readonly image: string;
    readonly login?: typeof LOGIN;
    readonly args?: readonly string[];
    /** Default: the authority of the other registries. */
    readonly trust?: string;
    /** In the last step, or in the errors. */
    readonly said?: RegExp;
  }

  const pulls: readonly Case[] = [
    { name: "basic authentication", image: `${BASIC}/team/app:v1` },
    {
      name: "a token of another host that the operator named",
      image: `${TOKEN}/team/app:v1`,
      args: ["--token-host", TOKEN_SERVICE],
    },
  ];
  const refused: readonly Case[] = [
    {
      name: "basic authentication, wrong password",
      image: `${BASIC}/team/app:v1`,
      login: { ...LOGIN, password: "wrong-password" },
      said: /401/,
    },
    {
      name: "a token, wrong password",
      image: `${TOKEN}/team/app:v1`,
      login: { ...LOGIN, password: "wrong-password" },
      args: ["--token-host", TOKEN_SERVICE],
      said: /401/,
    },
    { name: "no such tag", image: `${BASIC}/team/app:v2`, said: /404|MANIFEST_UNKNOWN/ },
    { name: "no such repository", image: `${BASIC}/team/none:v1`, said: /404|NAME_UNKNOWN|MANIFEST_UNKNOWN/ },
    { name: "a certificate of an unknown authority", image: `${STRANGE}/team/app:v1`, said: /certificate/i },
    {
      name: "an authority that this machine does not trust",
      image: `${BASIC}/team/app:v1`,
      trust: "/etc/ssl/certs/ca-certificates.crt",
      said: /certificate/i,
    },
  ];

  for (const { runtime, skipped } of executables("imagecred")) {
    describe(`imagecred doctor (${runtime})`, { skip: skipped ?? false }, () => {
      for (const each of pulls) {
        test(`${each.name}: pulls`, async () => {
          const { exitCode, stdout, stderr } = await doctor(runtime, each);
          assert.equal(exitCode, 0, stdout + stderr);
          const { steps, status } = JSON.parse(stdout) as Diagnosis;
          assert.equal(status, "ok", stdout);
          const digest = (await withCrane(each)).stdout.trim();
          assert.match(digest, /^sha256:/);
          assert.ok(JSON.stringify(steps.find(({ name }) => name === "manifest")).includes(digest), stdout);
        });
      }
      for (const each of refused) {
        test(`${each.name}: fails, as crane does`, async () => {
          const { exitCode, stdout } = await doctor(runtime, each);
          assert.equal(exitCode, 1, stdout);
          const { steps } = JSON.parse(stdout) as Diagnosis;
          const failed = steps.filter(({ status }) => status === "failed");
          assert.equal(failed.length, 1, stdout);
          assert.match(failed[0]?.name ?? "", /^(registry|manifest)$/, stdout);
          assert.match(JSON.stringify(failed), each.said ?? /./);
          assert.ok(failed[0]?.fix, stdout);
          assert.ok(!stdout.includes(each.login?.password ?? PASSWORD));
          const { exitCode: cranes } = await withCrane(each);
          assert.equal(cranes, 1);
        });
      }

      test("a token service on another host does not get the credential, which crane sends there", async () => {
        const image = `${TOKEN}/team/app:v1`;
        const before = tokens.requests;
        const { exitCode, stdout } = await doctor(runtime, { name: "", image });
        assert.equal(tokens.requests, before, "the token service got a request");
        assert.match(stdout, new RegExp(`--token-host ${TOKEN_SERVICE}`), stdout);
        assert.equal(exitCode, 0, stdout);
        assert.equal((JSON.parse(stdout) as Diagnosis).status, "warning", stdout);
        assert.equal((await withCrane({ name: "", image })).exitCode, 0);
      });
    });
  }

  interface Diagnosis {
    readonly status: string;
    readonly steps: readonly {
      readonly name: string;
      readonly status: string;
      readonly fix: string | null;
    }[];
  }

  let nodes = 0;
  function doctor(runtime: Runtime, { image, login = LOGIN, args = [], trust = caFile }: Case) {
    const directory = join(scratch, `node-${++nodes}`);
    mkdirSync(join(directory, "bin"), { recursive: true });
    const registry = image.slice(0, image.indexOf("/"));
    const response = {
      kind: "CredentialProviderResponse",
      apiVersion: "credentialprovider.kubelet.k8s.io/v1",
      cacheKeyType: "Registry",
      cacheDuration: "1h",
      auth: { [registry]: login },
    };
    const plugin = join(directory, "bin", "login");
    writeFileSync(plugin, `#!/bin/sh\ncat >/dev/null; echo '${JSON.stringify(response)}'\n`);
    chmodSync(plugin, 0o755);
    const config = join(directory, "config.json");
    const provider = {
      name: "login",
      apiVersion: "credentialprovider.kubelet.k8s.io/v1",
      matchImages: [registry],
      defaultCacheDuration: "1h",
    };
    const kind = "CredentialProviderConfig";
    const document = { apiVersion: "kubelet.config.k8s.io/v1", kind, providers: [provider] };
    writeFileSync(config, JSON.stringify(document));
    return runFile(executablePath("imagecred", runtime), {
      args: [
        ...["doctor", image, "-c", config, "-b", join(directory, "bin"), "--env-from", "shell"],
        ...["--kubernetes-version", "1.34", "-o", "json", ...args],
      ],
      env: { PATH: "/usr/bin:/bin", HOME: "/nonexistent", SSL_CERT_FILE: trust },
    });
  }

  function withCrane({ image, login = LOGIN, trust = caFile }: Case) {
    const registry = image.slice(0, image.indexOf("/"));
    return new Crane(programs, scratch, trust).run({ [registry]: login }, "digest", image);
  }
}

function nameOf(registry: string): string {
  return registry.slice(0, registry.indexOf(":"));
}

function addressOf(registry: string) {
  return { host: ADDRESS, port: Number(registry.slice(registry.indexOf(":") + 1)) };
}
