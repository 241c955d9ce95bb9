import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { poll } from "../src/deadline.ts";
import { findGroups } from "../src/node/cgroups.ts";
import { sweep, WORLD_VARIABLE } from "../src/world/enter.ts";
import { interfaces } from "../src/world/network.ts";

const skip =
  process.env[WORLD_VARIABLE] === undefined
    ? "runs in the cluster's namespaces (npm test -- cluster)"
    : false;

// Nested in the namespaces of this run, which makes no difference to the processes inside.
describe("when a cluster ends, nothing of it is left", { skip, timeout: 120_000 }, () => {
  test("after an orderly end", async () => {
    const { child, directory, before } = await start();
    child.kill("SIGTERM");
    await once(child, "close");
    await nothingLeft(directory, before);
  });

  test("after its process was killed, once the next one starts", async () => {
    const { child, directory, before } = await start();
    child.kill("SIGKILL");
    await once(child, "close");
    await poll({ what: "the namespaces' processes have ended", seconds: 20 }, () =>
      processesOf(directory).length === 0 ? true : undefined,
    );
    assert.ok(existsSync(directory), "it could not remove its directory");
    await sweep();
    await nothingLeft(directory, before);
  });
});

interface Machine {
  readonly mounts: string;
  readonly interfaces: readonly string[];
}

const machine = (): Machine => ({
  mounts: readFileSync("/proc/self/mounts", "utf8"),
  interfaces: interfaces(),
});

async function start(): Promise<{ child: ChildProcess; directory: string; before: Machine }> {
  const before = machine();
  const command = [
    process.execPath,
    ...process.execArgv.filter((flag) => !flag.startsWith("--test")),
    join(import.meta.dirname, "../src/testing/bare-node.ts"),
  ];
  const main = join(import.meta.dirname, "../src/main.ts");
  // With its variable, Node.js inside would speak the test runner's protocol.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, ["--conditions=@imagecred/source", main, ...command], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const directory of createInterface(child.stdout)) {
    assert.ok(processesOf(directory).length > 3, "containerd and systemd run");
    assert.ok(findGroups(`${basename(directory)}.`).length > 0, "the node has control groups");
    return { child, directory, before };
  }
  throw new Error("the node did not boot");
}

async function nothingLeft(directory: string, before: Machine): Promise<void> {
  assert.deepEqual(processesOf(directory), []);
  assert.deepEqual(findGroups(`${basename(directory)}.`), []);
  assert.equal(existsSync(directory), false);
  assert.deepEqual(machine(), before);
}

/** Pids of the processes of a world: those whose root or environment names its directory. */
function processesOf(directory: string): string[] {
  return globSync("/proc/[0-9]*").filter((process) => {
    try {
      const mounts = readFileSync(`${process}/mounts`, "utf8");
      return mounts.includes(directory) || readFileSync(`${process}/environ`, "utf8").includes(directory);
    } catch {
      return false; // it has ended
    }
  });
}
