import assert from "node:assert/strict";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { OLDEST_NODEJS, oldestNodejs } from "@imagecred/executables";
import { runFile } from "@imagecred/workspace";
import { type LocalRegistry, startLocalRegistry } from "../src/npm/local-registry.ts";
import { npmEnvironment } from "../src/npm/npm-environment.ts";
import { packedForTests } from "../src/npm/packed.ts";

const BAD = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "10m"
    matchImages: ["https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"]
`;

const directory = mkdtempSync(join(tmpdir(), "imagecred-npx-"));
let registry: LocalRegistry;

let env: Readonly<Record<string, string>>;

/** Runs a command in the empty directory, with npm and Node.js on the PATH, and nothing of this checkout. */
async function inEmptyDirectory(command: string, ...args: readonly string[]) {
  const empty = join(directory, "work");
  mkdirSync(empty, { recursive: true });
  writeFileSync(join(empty, "credential-provider-config.yaml"), BAD);
  return await runFile(join(directory, "bin", command), { args, cwd: empty, env, timeoutMs: 120_000 });
}

before(async () => {
  registry = await startLocalRegistry(await packedForTests());
  env = npmEnvironment(directory, registry);
});
after(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

describe("npx imagecred, from the packed tarball, in an empty directory", () => {
  test("validate on a bad file: what it finds, exit 1, and nothing else was installed", async () => {
    const { exitCode, stdout, stderr } = await inEmptyDirectory(
      "npx",
      "--yes",
      "imagecred",
      "validate",
      "credential-provider-config.yaml",
    );
    assert.equal(exitCode, 1, stderr);
    assert.match(stdout, /^credential-provider-config\.yaml:7:19: warning: .* has a scheme \[scheme\]$/m);
    assert.deepEqual([...registry.asked], ["imagecred"]);
    const [run = ""] = readdirSync(join(directory, "cache/_npx"));
    const installed = readdirSync(join(directory, "cache/_npx", run, "node_modules"));
    assert.deepEqual(
      installed.filter((name) => !name.startsWith(".")),
      ["imagecred"],
    );
  });

  test("the package runs no install script and needs no other package", async () => {
    const [packed] = (await packedForTests()).filter(({ name }) => name === "imagecred");
    const { exitCode, stdout } = await runFile("/bin/tar", {
      args: ["-xzOf", packed?.tarball ?? "", "package/package.json"],
      env: { PATH: "/usr/bin:/bin" },
    });
    assert.equal(exitCode, 0);
    const manifest = JSON.parse(stdout) as Record<string, unknown>;
    for (const absent of ["scripts", "dependencies", "optionalDependencies", "peerDependencies", "os", "cpu"])
      assert.equal(manifest[absent], undefined, absent);
  });
});

describe(`on Node.js ${OLDEST_NODEJS.version}, the oldest`, {
  skip: process.arch !== "x64" && "it is for x64",
}, () => {
  const installed = () => join(directory, "work/node_modules/.bin");

  before(async () => {
    const { exitCode, stderr } = await inEmptyDirectory("npm", "install", "imagecred");
    assert.equal(exitCode, 0, stderr);
  });

  const run = (name: string, ...args: readonly string[]) =>
    runFile(oldestNodejs(), { args: [join(installed(), name), ...args], cwd: join(directory, "work") });

  test("every output of validate, and its fixes", async () => {
    for (const format of ["human", "json", "sarif", "github", "junit"]) {
      const { exitCode, stdout, stderr } = await run(
        "imagecred",
        "validate",
        "credential-provider-config.yaml",
        "-o",
        format,
      );
      assert.deepEqual([exitCode, stderr], [1, ""], format);
      assert.match(stdout, /scheme/, format);
    }
    const fixed = await run("imagecred", "validate", "--fix", "credential-provider-config.yaml");
    assert.deepEqual([fixed.exitCode, fixed.stderr], [0, ""], fixed.stdout);
    assert.doesNotMatch(
      readFileSync(join(directory, "work/credential-provider-config.yaml"), "utf8"),
      /https:/,
    );
  });

  test("commands that load parts of their own", async () => {
    const init = await run("imagecred", "init", "--cloud", "aws,azure,gcp", "--distribution", "kubeadm");
    assert.deepEqual([init.exitCode, init.stderr], [0, ""]);
    const config = "imagecred-kubeadm/credential-provider-config.yaml";
    assert.equal((await run("imagecred", "validate", config)).exitCode, 0);
    const match = await run("imagecred", "match", "-c", config, "public.ecr.aws/x/app", "-o", "json");
    assert.deepEqual([match.exitCode, match.stderr], [0, ""]);
    const nodes = await run("imagecred", "nodes", "--kubeconfig", "gone");
    assert.equal(nodes.exitCode, 1);
    assert.match(nodes.stderr, /gone/);
  });

  test("--version says version, commit, day and runtime", async () => {
    const { stdout } = await run("imagecred", "--version");
    assert.match(
      stdout,
      new RegExp(
        `^imagecred \\d+\\.\\d+\\.\\d+ \\(commit [0-9a-f]{12}(\\+changes)? of \\d{4}-\\d\\d-\\d\\d, Node\\.js ${OLDEST_NODEJS.version}\\)\\n$`,
      ),
    );
  });

  test("kubectl imagecred: the usage is what was typed", async () => {
    assert.ok(lstatSync(join(installed(), "kubectl-imagecred")).isSymbolicLink());
    const help = await run("kubectl-imagecred", "validate", "--help");
    assert.match(help.stdout, /^Usage: kubectl imagecred validate /);
    assert.match(help.stdout, /^ {2}kubectl imagecred validate credential-provider-config\.yaml$/m);
    assert.match((await run("kubectl-imagecred", "bogus")).stderr, /^kubectl imagecred: unknown command/);
  });
});

test("an older Node.js gets a sentence, and exit 1", async () => {
  const bin = join(directory, "work/node_modules/imagecred/bin/imagecred.js");
  const older = join(dirname(bin), "older.mjs");
  writeFileSync(
    older,
    `Object.defineProperty(process.versions, "node", { value: "20.19.0" }); await import("./imagecred.js");`,
  );
  const { exitCode, stdout, stderr } = await runFile(process.execPath, { args: [older] });
  assert.deepEqual([exitCode, stdout], [1, ""]);
  assert.equal(stderr, "imagecred: this is Node.js 20.19.0, and it needs 22.15 or newer\n");
});
