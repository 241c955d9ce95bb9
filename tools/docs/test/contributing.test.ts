import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { startClouds } from "@imagecred/fake-clouds";
import { anyExecutable, manifests, ROOT } from "@imagecred/workspace";
import { type Block, blocksOf, placeOf } from "../src/page.ts";
import { commandsOf, Session } from "../src/session.ts";

/** Blocks marked `run` are run in this checkout, in order, in one shell that has the fake clouds' variables. */
const blocks = blocksOf("../CONTRIBUTING.md").filter(({ language }) => language === "console");
const commands = blocks.flatMap((block) =>
  commandsOf(block.content).map(({ command }) => ({ block, command })),
);

test("every block says whether it is run, and why not", () => {
  assert.ok(blocks.length > 5);
  for (const block of blocks) {
    assert.match(block.mark?.kind ?? "", /^(not )?run$/, placeOf(block));
    if (block.mark?.kind === "not run") assert.ok(block.mark.value, placeOf(block));
  }
});

test("scripts, workspaces and files in its commands exist", () => {
  const [top] = manifests();
  for (const { block, command } of commands) {
    for (const [, script = ""] of command.matchAll(/npm run ([\w-]+)(?! -w)/g))
      assert.ok(top?.scripts[script], placeOf(block));
    for (const [, workspace = ""] of command.matchAll(/ -w (\S+)/g))
      assert.ok(existsSync(join(ROOT, workspace, "package.json")), `${placeOf(block)}: ${workspace}`);
    for (const [path] of command.matchAll(/\b(packages|tools)\/\S+\.ts\b/g))
      assert.ok(existsSync(join(ROOT, path)), `${placeOf(block)}: ${path}`);
  }
});

describe("its commands", () => {
  test("run", async (t) => {
    await using clouds = await startClouds();
    await using session = new Session(["bash", "--noprofile", "--norc"], {
      ...(process.env as Record<string, string>),
      ...(await clouds.env("ecr")),
      NO_COLOR: "1",
    });
    // Otherwise a nested test runner would write its protocol instead of text.
    await session.run(`cd ${ROOT}; unset NODE_TEST_CONTEXT`);
    for (const { block, command } of commands.filter(({ block }) => block.mark?.kind === "run")) {
      const needs = block.mark?.conditions.get("needs");
      if (needs === "inspector") {
        assert.match(
          await firstWords(command, await clouds.env("ecr")),
          /Debugger listening on ws:/,
          placeOf(block),
        );
        continue;
      }
      if (needs === "dist" && anyExecutable("ecr-credential-provider") === undefined) {
        t.diagnostic(`${placeOf(block)}: not run, since the executables are not built`);
        continue;
      }
      await runs(session, block, command);
    }
    assert.ok(clouds.requests.length > 0 || anyExecutable("ecr-credential-provider") === undefined);
  });
});

async function runs(session: Session, block: Block, command: string): Promise<void> {
  const { output, exitCode } = await session.run(command);
  assert.equal(exitCode, 0, `${placeOf(block)}: ${command}\n${output}`);
  if (/test-name-pattern|--test /.test(command)) assert.match(output, /pass [1-9]/, `${command}\n${output}`);
  if (command.includes("dist/")) {
    assert.match(output, /"auth":\{/, output);
    assert.match(output, /ecr-credential-provider: debug/, output);
  }
}

/** The stderr of a command that waits for an inspector, until it is stopped. */
function firstWords(command: string, env: Record<string, string>): Promise<string> {
  const child = spawn("bash", ["-c", command.replace("--inspect-brk", "--inspect-brk=127.0.0.1:0")], {
    cwd: ROOT,
    env: { ...process.env, ...env, REQUEST: "{}" },
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.stderr.setEncoding("utf8").once("data", (text: string) => {
      // The whole group: npx starts node as a child.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      resolve(text);
    });
  });
}
