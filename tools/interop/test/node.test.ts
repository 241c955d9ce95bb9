import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { kubeletRequest, parseResponse, runPlugin } from "@imagecred/e2e";
import { CertificateAuthority } from "@imagecred/fake-clouds";
import {
  bringUpLoopback,
  executablePath,
  executables,
  METADATA,
  nameHosts,
  type Runtime,
  runFile,
} from "@imagecred/workspace";
import { Crane } from "../src/crane.ts";
import { HTPASSWD, startRegistry } from "../src/distribution.ts";
import { judgedInNamespace } from "../src/in-namespace.ts";
import { ACCOUNT, allow, Moto, PASSWORD, trust } from "../src/moto.ts";
import type { Programs } from "../src/programs.ts";
import { Server } from "../src/server.ts";

const REGION = "us-west-2";
const REGISTRY = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;
const IMAGE = `${REGISTRY}/team/app:v1`;
const REGISTRY_ADDRESS = { host: "127.0.0.1", port: 443 };
const API_ADDRESS = { host: "127.0.0.2", port: 443 };
const API_HOSTS = ["api.ecr", "sts"].map((service) => `${service}.${REGION}.amazonaws.com`);
const METADATA_ADDRESS = { host: METADATA.address, port: METADATA.port };

/**
 * An EC2 instance on which everything but our plugin is from other projects: AWS's mock of the metadata service at its real address, moto
 * behind the names of ECR and STS, distribution as the registry, and crane as the container runtime.
 */
await judgedInNamespace("an EC2 instance of other people's programs", import.meta.filename, inside);

function inside(programs: Programs, scratch: string): void {
  const judges = new AsyncDisposableStack();
  const caFile = join(scratch, "ca.pem");
  const crane = new Crane(programs, scratch, caFile);
  const login = { [REGISTRY]: { username: "AWS", password: PASSWORD } };
  let metadata: Server;

  before(async () => {
    bringUpLoopback();
    nameHosts({
      [REGISTRY]: REGISTRY_ADDRESS.host,
      ...Object.fromEntries(API_HOSTS.map((host) => [host, API_ADDRESS.host])),
    });
    const authority = await CertificateAuthority.create("interop CA");
    const file = (name: string, content: string) => {
      writeFileSync(join(scratch, name), content);
      return join(scratch, name);
    };
    file("ca.pem", authority.pem);
    const api = await authority.issue([...API_HOSTS, API_ADDRESS.host]);
    const moto = judges.use(
      await Moto.start(programs, API_ADDRESS, {
        certificate: file("api.pem", api.certificatePem),
        key: file("api-key.pem", api.privateKeyPem),
        authority: authority.pem,
      }),
    );
    const role = await moto.role(
      "node",
      trust("sts:AssumeRole", { Service: "ec2.amazonaws.com" }),
      allow("ecr:GetAuthorizationToken"),
    );
    const keys = await moto.sessionOf(role);
    await moto.checkAfter(0);
    const configuration = {
      metadata: {
        paths: { "iam-security-credentials": "/latest/meta-data/iam/security-credentials/node" },
        values: {
          "iam-security-credentials-role": "node",
          "iam-security-credentials": {
            Code: "Success",
            LastUpdated: new Date().toISOString(),
            Type: "AWS-HMAC",
            AccessKeyId: keys.accessKeyId,
            SecretAccessKey: keys.secretAccessKey,
            Token: keys.sessionToken,
            Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
          },
        },
      },
    };
    metadata = judges.use(
      await Server.start({
        path: programs.metadataMock,
        args: [
          ...["--hostname", METADATA_ADDRESS.host, "--port", String(METADATA_ADDRESS.port), "--imdsv2"],
          ...["--config-file", file("metadata.json", JSON.stringify(configuration))],
        ],
        ...METADATA_ADDRESS,
      }),
    );
    const certificate = await authority.issue([REGISTRY]);
    const auth = { kind: "basic", htpasswd: HTPASSWD } as const;
    const directory = join(scratch, "registry");
    judges.use(await startRegistry(programs, REGISTRY_ADDRESS, directory, certificate, auth));
    await crane.push(IMAGE, login);
  });
  after(() => judges.disposeAsync());

  for (const { runtime, skipped } of executables("ecr-credential-provider")) {
    describe(runtime, { skip: skipped ?? false }, () => {
      test("the password comes with the instance's role, over IMDSv2", async () => {
        const { exitCode, stdout, stderr } = await runPlugin(pluginPath(runtime), {
          env: { SSL_CERT_FILE: caFile, IMAGECRED_LOG: "info" },
          stdin: kubeletRequest(IMAGE),
        });
        assert.equal(exitCode, 0, stderr);
        assert.match(stderr, /role node of the instance profile/);
        const { auth = {} } = parseResponse(stdout);
        assert.deepEqual(auth, login);

        const with_ = await crane.run(auth, "digest", IMAGE);
        assert.equal(with_.exitCode, 0, with_.stderr);
        const pulled = await crane.run(auth, "pull", IMAGE, join(scratch, `${runtime}.tar`));
        assert.equal(pulled.exitCode, 0, pulled.stderr);
        const without = await crane.run({}, "digest", IMAGE);
        assert.match(without.stderr, /UNAUTHORIZED|401/);
      });

      test("without the metadata service, the plugin finds no identity", async () => {
        const { exitCode, stderr } = await runPlugin(pluginPath(runtime), {
          env: {
            SSL_CERT_FILE: caFile,
            AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${METADATA_ADDRESS.host}:81`,
          },
          stdin: kubeletRequest(IMAGE),
        });
        assert.equal(exitCode, 1);
        assert.match(stderr, /looking for an identity .*EC2 instance metadata/);
      });

      test("imagecred doctor has the same result as crane, and match names the provider", async () => {
        const node = installed(runtime);
        const digest = (await crane.run(login, "digest", IMAGE)).stdout.trim();
        assert.match(digest, /^sha256:[0-9a-f]{64}$/);
        const found = await node.run("doctor", IMAGE, "-b", node.bin, "--env-from", "shell", "-o", "json");
        assert.equal(found.exitCode, 0, found.stdout + found.stderr);
        const { status, steps } = JSON.parse(found.stdout) as Diagnosis;
        assert.equal(status, "ok", found.stdout);
        const manifest = steps.find(({ name }) => name === "manifest");
        assert.ok(JSON.stringify(manifest).includes(digest), found.stdout);

        const absent = await node.run(
          "doctor",
          `${REGISTRY}/team/app:v2`,
          ...["-b", node.bin, "--env-from", "shell", "-o", "json"],
        );
        assert.equal(absent.exitCode, 1, absent.stdout);
        assert.match(absent.stdout, /MANIFEST_UNKNOWN|404/);

        const match = await node.run("match", IMAGE);
        assert.equal(match.exitCode, 0, match.stdout + match.stderr);
        assert.match(match.stdout, /ecr-credential-provider/);
      });
    });
  }

  test("each run first requests a token from the mock", () => {
    assert.match(metadata.output, /Token validated!/);
    assert.doesNotMatch(metadata.output, /No token provided/);
  });

  interface Diagnosis {
    readonly status: string;
    readonly steps: readonly { readonly name: string; readonly status: string }[];
  }

  /** A node with the plugin in its configuration. */
  function installed(runtime: Runtime) {
    const directory = join(scratch, `node-${runtime}`);
    mkdirSync(directory, { recursive: true });
    const config = join(directory, "config.yaml");
    writeFileSync(
      config,
      [
        "apiVersion: kubelet.config.k8s.io/v1",
        "kind: CredentialProviderConfig",
        "providers:",
        "  - name: ecr-credential-provider",
        "    apiVersion: credentialprovider.kubelet.k8s.io/v1",
        '    matchImages: ["*.dkr.ecr.*.amazonaws.com"]',
        '    defaultCacheDuration: "12h"',
        "",
      ].join("\n"),
    );
    chmodSync(config, 0o644);
    return {
      bin: dirname(pluginPath(runtime)),
      run: (command: string, image: string, ...args: readonly string[]) =>
        runFile(executablePath("imagecred", runtime), {
          args: [command, image, "-c", config, "--kubernetes-version", "1.34", ...args],
          env: { PATH: "/usr/bin:/bin", HOME: "/nonexistent", SSL_CERT_FILE: caFile },
        }),
    };
  }

  function pluginPath(runtime: Runtime): string {
    return executablePath("ecr-credential-provider", runtime);
  }
}
