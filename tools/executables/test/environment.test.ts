import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { RUNTIMES, runFile } from "@imagecred/workspace";
import { build, missing, program, temporaryDirectory } from "../src/testing/programs.ts";

for (const runtime of RUNTIMES) {
  describe(`${runtime} executable: what surrounds it cannot change it`, { skip: missing(runtime) }, () => {
    let directory: string;
    let file: string;
    before(async () => {
      directory = temporaryDirectory();
      file = await build(program("surroundings"), runtime, join(directory, "surroundings"));
      const intruder = "globalThis.intruder = 'was here'; process.stdout.write('was here');";
      for (const name of [
        "intruder.js",
        "intruder.cjs",
        "intruder.mjs",
        "main.js",
        "index.js",
        "fs.js",
        "buffer.js",
      ]) {
        await writeFile(join(directory, name), intruder);
      }
      await writeFile(join(directory, ".env"), "NODE_OPTIONS=--require ./intruder.cjs\n");
      await writeFile(join(directory, "package.json"), '{"type":"module","main":"intruder.js"}');
      await writeFile(join(directory, "node.config.json"), '{"nodeOptions":{"import":["./intruder.mjs"]}}');
    });

    async function run(env: Record<string, string>, args: readonly string[] = []) {
      const { exitCode, stdout, stderr } = await runFile(file, { env, args, cwd: directory });
      assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: "" });
      return JSON.parse(stdout) as unknown;
    }

    test("variables that make a runtime load code", async () => {
      const variables = {
        NODE_OPTIONS: "--require ./intruder.cjs --import ./intruder.mjs",
        NODE_REPL_EXTERNAL_MODULE: join(directory, "intruder.cjs"),
        NODE_PATH: directory,
        LLRT_REGISTER_HOOKS: join(directory, "intruder.mjs"),
        LLRT_ASYNC_HOOKS: "1",
        LLRT_LOG: "trace",
        LAMBDA_TASK_ROOT: directory,
        LD_PRELOAD: join(directory, "intruder.js"),
        BUN_OPTIONS: "--preload ./intruder.mjs",
      };
      if (runtime === "nodejs") {
        // The dynamic loader would warn of the one, and Node refuses to start with the other.
        Reflect.deleteProperty(variables, "LD_PRELOAD");
        Reflect.deleteProperty(variables, "NODE_REPL_EXTERNAL_MODULE");
      }
      assert.deepEqual(await run(variables), { args: [], intruder: null });
    });

    test("arguments that a runtime would take for its own", async () => {
      const args = [
        "--require",
        "./intruder.cjs",
        "-e",
        "1",
        "compile",
        ".",
        "main.js",
        "out",
        "--eval",
        "--",
        "-",
      ];
      assert.deepEqual(await run({}, args), { args, intruder: null });
    });
  });
}
