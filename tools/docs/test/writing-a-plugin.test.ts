import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Core } from "@imagecred/fake-clouds/core";
import { goMissing, KubeletCode, NEWEST } from "@imagecred/kubelet-conformance";
import { type LocalRegistry, npmEnvironment, packedForTests, startLocalRegistry } from "@imagecred/release";
import { DOCS, findOnPath, ownPlatform, run } from "@imagecred/workspace";
import { REGISTRY, ROBOT, startExampleRegistry } from "../src/example-registry.ts";
import { fits } from "../src/normalize.ts";
import { blocksOf, placeOf } from "../src/page.ts";
import { commandsOf, Session } from "../src/session.ts";

const PAGE = "writing-a-plugin.md";
const NAME = "my-credential-provider";
const own = ownPlatform();

/** Variables that point a plugin to the example's registry. */
const cloudEnv = (core: Core) => ({
  HTTPS_PROXY: core.proxy.url,
  NO_PROXY: "127.0.0.1",
  SSL_CERT_FILE: core.caFile,
});

/** The environment for the page's commands: an empty directory, npm, one Node.js and the packed packages. */
const directory = mkdtempSync(join(tmpdir(), "imagecred-plugin-"));
const project = join(directory, NAME);
const built = (name: string) => join(project, "dist", own.name, name);

const missing = findOnPath("npm") === undefined ? "npm is not installed" : false;
const skip = missing || (own.name !== "linux-amd64" && "the page's commands are for amd64");

describe(`docs/${PAGE}, from the packed packages alone`, { skip }, () => {
  let npm: LocalRegistry;
  let core: Core;
  let shell: Session;
  let platforms: readonly string[];

  before(async () => {
    const packages = await packedForTests();
    platforms = ["amd64", "arm64"].filter((arch) =>
      packages.some(({ name }) => name === `@imagecred/runtime-linux-${arch === "amd64" ? "x64" : arch}`),
    );
    npm = await startLocalRegistry(packages);
    core = await startExampleRegistry();
    const env = npmEnvironment(directory, npm, { others: true });
    shell = new Session(["bash", "--noprofile", "--norc"], env);
    await shell.run(`cd ${directory}`);
  });
  after(async () => {
    await shell[Symbol.asyncDispose]();
    await npm[Symbol.asyncDispose]();
    await core.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("every command of the page, word by word", async () => {
    for (const block of blocksOf(PAGE).filter(({ language }) => language === "console")) {
      for (const { command, shown } of commandsOf(block.content)) {
        const { output, exitCode } = await shell.run(command);
        const expected = forThisMachine(shown);
        if (!fits(expected, output)) assert.equal(output, expected, `${placeOf(block)}: ${command}`);
        if (expected === "") assert.equal(exitCode, 0, `${placeOf(block)}: ${command}`);
      }
    }
    for (const name of ["create-imagecred-plugin", "@imagecred/protocol", "@imagecred/build", "imagecred"])
      assert.ok(npm.asked.has(name), `npm asked for ${name}`);
  });

  /** This machine may not have a runtime for the other processor. */
  function forThisMachine(shown: string): string {
    return shown.replace(/^dist\/linux-(\w+)\/.*\n/gm, (line, arch) =>
      platforms.includes(arch) ? line : "",
    );
  }

  test("the result is one static file, which starts in an empty root", () => {
    const file = readFileSync(built(NAME));
    assert.equal(file.subarray(0, 4).toString("latin1"), "\x7fELF");
    assert.doesNotMatch(run("sh", ["-c", `ldd ${built(NAME)} 2>&1 || true`]), /=>/);
  });

  test("two builds are the same bytes", async () => {
    const first = readFileSync(built(NAME));
    await shell.run("npx imagecred-build src/main.ts --out again");
    assert.ok(readFileSync(join(project, "again", own.name, NAME)).equals(first));
  });

  test("a runtime that was changed is not used", async () => {
    const runtime = join(project, "node_modules/@imagecred/runtime-linux-x64/imagecred-runtime");
    const content = readFileSync(runtime);
    writeFileSync(runtime, Buffer.concat([content, Buffer.from("x")]));
    const { output, exitCode } = await shell.run("npx imagecred-build src/main.ts --out changed");
    writeFileSync(runtime, content);
    assert.equal(exitCode, 1);
    assert.match(output, /imagecred-build: .* has the SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}: install/);
    assert.equal((await shell.run("ls changed")).exitCode, 2);
  });

  test("wrong command lines, and sources that do not compile, give one sentence and exit 1", async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["", /expected one ENTRY\n\nUsage: imagecred-build/],
      ["src/gone.ts", /src\/gone\.ts: no such file/],
      ["src/main.ts --nmae x", /Unknown option '--nmae'/],
      ["src/main.ts --platform darwin-arm64", /--platform darwin-arm64: not one of linux-amd64, linux-arm64/],
      ["src/main.ts --name a/b", /--name a\/b: not a file name/],
      ["broken.ts", /Could not resolve "\.\/gone\.ts"/],
    ];
    writeFileSync(join(project, "broken.ts"), 'import "./gone.ts";\n');
    for (const [args, expected] of cases) {
      const { output, exitCode } = await shell.run(`node_modules/.bin/imagecred-build ${args}`);
      assert.equal(exitCode, 1, args);
      assert.match(output, expected, args);
      assert.doesNotMatch(output, /^ {4}at /m, args);
    }
  });

  test("the second example: its tests pass, and it builds", async () => {
    cpSync(join(DOCS, "examples/robot-account"), join(project, "robot"), { recursive: true });
    const tested = await shell.run("node --test robot/plugin.test.ts");
    assert.match(tested.output, /^ℹ pass 3\nℹ fail 0$/m, tested.output);
    const { output, exitCode } = await shell.run(
      "npx imagecred-build robot/main.ts --name robot-credential-provider",
    );
    assert.equal(exitCode, 0, output);
  });

  describe("the static files, run by the real kubelet's code", { skip: goMissing() ?? false }, () => {
    const start = () => KubeletCode.start(NEWEST, { ...process.env, ...cloudEnv(core) });
    const image = `${REGISTRY}/team/app:v1`;
    const secretsIn = (text: string) => core.secrets.findIn(text).map(({ kind }) => kind);

    test("the template's plugin: a pod gets a credential of its own, and it is cached", async () => {
      await using kubelet = await start();
      const serviceAccount = { namespace: "team", name: "app", uid: "app-uid" };
      const token = await core.cluster.issueServiceAccountToken({
        audience: REGISTRY,
        namespace: "team",
        serviceAccount: "app",
      });
      const config = join(project, "credential-provider-config.yaml");
      const started = await kubelet.register(config, join(project, "dist", own.name), [
        { ...serviceAccount, tokens: { [REGISTRY]: token } },
      ]);
      assert.deepEqual([started.error, started.registered], [null, 1]);
      const pod = { namespace: "team", name: "pod", uid: "pod-uid", serviceAccount: "app" };
      const { creds, error } = await kubelet.lookup(image, pod);
      assert.equal(error, null);
      assert.equal(creds.length, 1);
      assert.equal(creds[0]?.username, "system:serviceaccount:team:app");
      assert.deepEqual(secretsIn(creds[0]?.password ?? ""), ["example.token"]);
      assert.deepEqual((await kubelet.lookup(image, pod)).creds, creds);
      assert.equal((await kubelet.metrics())[NAME]?.runs, 1);
    });

    test("the robot account's plugin: the kubelet gets what was exchanged, and its log has no secret", async () => {
      const robotFile = join(directory, "robot-account.json");
      writeFileSync(robotFile, JSON.stringify(ROBOT), { mode: 0o600 });
      const config = join(directory, "robot.yaml");
      const text = readFileSync(join(DOCS, "examples/robot-account/credential-provider-config.yaml"), "utf8");
      writeFileSync(config, text.replace("/etc/kubernetes/robot-account.json", robotFile));
      await using kubelet = await start();
      const started = await kubelet.register(config, join(project, "dist", own.name));
      assert.deepEqual([started.error, started.registered], [null, 1]);
      const { creds } = await kubelet.lookup(image);
      assert.deepEqual(
        creds.map(({ username, password }) => [username, secretsIn(password)]),
        [[ROBOT.name, ["example.token"]]],
      );

      writeFileSync(robotFile, JSON.stringify({ ...ROBOT, secret: "an-old-one-that-is-refused" }));
      await kubelet.advance(3600);
      const refused = await kubelet.lookup(image);
      const log = refused.log.join("\n");
      assert.match(log, /exchanging the robot account robot\$pull at registry\.example\.com: status 401/);
      assert.doesNotMatch(log, /an-old-one-that-is-refused/);
    });
  });
});
