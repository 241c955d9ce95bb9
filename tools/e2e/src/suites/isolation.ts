import assert from "node:assert/strict";
import { copyFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { needsRoot } from "@imagecred/workspace";
import { expectFailure, expectSuccess } from "../expect.ts";
import { runPlugin } from "../run-plugin.ts";
import type { Suite } from "../suite.ts";

/** The environment, the directory and the machine do not change what the executable does. */
export const isolation: Suite = (subject) => {
  const { scenario } = subject;

  describe("isolation", () => {
    let directory: string;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "imagecred-e2e-"));
    });
    after(() => rm(directory, { recursive: true, force: true }));

    test("no variable and no file of the working directory makes it run other code", async () => {
      const trap = join(directory, "trap");
      await mkdir(trap);
      const evil = `require("node:fs").writeFileSync(${JSON.stringify(join(trap, "SPRUNG"))}, "x"); console.log("evil");`;
      const files = {
        "evil.cjs": evil,
        "index.js": evil,
        "index.mjs": `console.log("evil")`,
        "package.json": `{"main":"evil.cjs"}`,
      };
      for (const [name, content] of Object.entries(files)) await writeFile(join(trap, name), content);
      await writeFile(join(trap, ".env"), "NODE_OPTIONS=--require ./evil.cjs\nIMAGECRED_LOG=debug\n");
      const require = `--require ${join(trap, "evil.cjs")}`;
      const result = await subject.run({
        cwd: trap,
        env: {
          NODE_OPTIONS: `${require} --inspect=127.0.0.1:0 --import ${join(trap, "index.mjs")}`,
          NODE_PATH: trap,
          NODE_SEA_OPTIONS: require,
          BUN_OPTIONS: `--preload ${join(trap, "evil.cjs")}`,
          LLRT_REGISTER_HOOKS: join(trap, "evil.cjs"),
          LLRT_PLATFORM: "browser",
          LLRT_NET_DENY: "*",
          LLRT_NET_ALLOW: "example.com",
        },
      });
      expectSuccess(result);
      assert.doesNotMatch(result.stdout, /evil/);
      assert.deepEqual((await readdir(trap)).sort(), [".env", ...Object.keys(files)].sort());
    });

    test("no variable turns certificate checks off", async () => {
      const like = scenario.cases.find(({ calls }) => calls.some(({ kind }) => kind === "cloud"));
      const call = like?.calls.find(({ kind }) => kind === "cloud");
      assert.ok(like !== undefined && call !== undefined);
      const { service } = call;
      await subject.clouds.faults.add({ service, fault: { kind: "certificate", problem: "unknown-issuer" } });
      const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0", LLRT_TLS_INSECURE: "1", IMAGECRED_TIMEOUT: "3s" };
      const result = await subject.run({ like, env });
      expectFailure(result, scenario.executable, /certificate/i);
      assert.equal(subject.clouds.requests.filter((request) => request.service === service).length, 0);
    });

    if (subject.runtime === "static") {
      const sanitized = process.env["IMAGECRED_TEST_PROFILE"] === "sanitized";
      const skip = sanitized
        ? "an executable with AddressSanitizer needs the system's libc"
        : needsRoot("mount", "chroot", "unshare");
      test("runs in a root that holds the file, /dev, /proc and what it is told to read", {
        skip,
      }, async () => {
        const root = join(directory, "root");
        for (const name of ["dev", "proc", "etc"]) await mkdir(join(root, name), { recursive: true });
        await copyFile(subject.path, join(root, "plugin"));
        await writeFile(join(root, "etc/hosts"), "127.0.0.1 localhost\n");
        const { env, args, stdin } = await subject.inputs();
        // The fakes' CA and the plugin's own configuration, at the paths that the environment names.
        await cp(subject.clouds.core.directory, join(root, subject.clouds.core.directory), {
          recursive: true,
        });
        const script =
          'mount --bind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" /plugin "$@"';
        const inside = ["--mount", "--", "/bin/sh", "-c", script, root, ...args];
        const result = await runPlugin("unshare", { args: inside, env, stdin });
        expectSuccess(result);
        assert.match(result.stdout, /"auth"/);
      });

      test("runs in a root that holds the file and nothing else, not even /dev", { skip }, async () => {
        const root = join(directory, "empty-root");
        await mkdir(root);
        await copyFile(subject.path, join(root, "plugin"));
        const result = await runPlugin("chroot", { args: [root, "/plugin", "--version"] });
        assert.equal(result.exitCode, 0, result.stderr);
        assert.match(result.stdout, new RegExp(`^${scenario.executable} `));
      });
    }
  });
};
