import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { RUNTIMES, runFile } from "@imagecred/workspace";
import { build, missing, program, temporaryDirectory } from "../src/testing/programs.ts";

const ways = ["load", "timer", "microtask", "rejection", "late", "chunk", "string"];

for (const runtime of RUNTIMES) {
  describe(`${runtime} executable: errors that are not caught`, { skip: missing(runtime) }, () => {
    let file: string;
    before(async () => {
      file = await build(program("breaks"), runtime, join(temporaryDirectory(), "breaks"));
    });

    async function failure(...args: string[]): Promise<string> {
      const { exitCode, stdout, stderr } = await runFile(file, { args });
      assert.equal(exitCode, 1, `${args.join(" ")}: ${stderr}`);
      assert.equal(stdout, "");
      assert.match(stderr, /^[^\n]+\n$/, "one line");
      assert.ok(Buffer.byteLength(stderr) <= 700);
      return stderr;
    }

    for (const way of ways) {
      test(`${way}: exit 1 and a line that names the program and the error`, async () => {
        assert.match(await failure(way), /^breaks: uncaught error: (Error: )?boom in two lines/);
      });

      test(`${way}: the program's own handler has the word, where there is one`, async () => {
        const { exitCode, stderr } = await runFile(file, { args: [way, "handled"] });
        assert.equal(exitCode, 1);
        assert.match(stderr, /^handled: boom/);
      });
    }

    test("recursion without end", async () => {
      assert.match(await failure("recursion"), /^breaks: uncaught error: \w+Error: .*(stack|recursion)/i);
    });

    test("a handler that fails itself is one line and exit 1, too", async () => {
      const { exitCode, stderr } = await runFile(file, { args: ["handler"] });
      assert.notEqual(exitCode, 0);
      assert.match(stderr, /boom/);
    });

    test("a rejection that is handled in time is not an error", async () => {
      const { exitCode, stderr } = await runFile(file, { args: ["caught"] });
      assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: "" });
    });

    test("running out of work without a response is a failure", async () => {
      assert.match(await failure("dry", "handled"), /ended without an answer/);
    });
  });
}
