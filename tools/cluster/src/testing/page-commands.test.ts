import assert from "node:assert/strict";
import { test } from "node:test";
import { commandsOf, runCommands } from "./page-commands.ts";

test("commands of a page: continued lines, and their output", () => {
  const [rollback] = commandsOf("helm.md", "Roll back");
  assert.deepEqual(rollback, {
    command: "helm rollback imagecred --namespace kube-system --wait",
    shown: ["Rollback was a success! Happy Helming!"],
  });
  const commands = commandsOf("helm.md", "From a running cluster to a private image in five minutes");
  assert.ok(
    commands.some(({ command }) => /^helm upgrade .*\\\n {2}--values \S+ --set restart/.test(command)),
  );
  assert.throws(() => commandsOf("helm.md", "Security of the installer"), /no marked commands/);
});

test("a command that fails, or prints something else, is an error with its output", async () => {
  const options = { cwd: "/", env: {} };
  await runCommands([{ command: "echo a; echo b", shown: ["b"] }], options);
  await assert.rejects(runCommands([{ command: "echo a", shown: ["b"] }], options), /echo a prints b:\na/);
  await assert.rejects(runCommands([{ command: "echo why >&2; false", shown: [] }], options), /why/);
});
