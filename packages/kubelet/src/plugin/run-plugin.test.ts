/** Compares runs of real executables with the real kubelet's recorded results. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Secret } from "@imagecred/protocol";
import { runProgram } from "@imagecred/protocol/runtime";
import { kubeletRules } from "../config/kubernetes-version.ts";
import type { CredentialProvider } from "../config/types.ts";
import { nodejsFileSystem } from "../nodejs-file-system.ts";
import { type Case, list, optionalText, record, text } from "../testing/differential/input.ts";
import { shownResponse } from "../testing/differential/response-operation.ts";
import { PluginError } from "./plugin-error.ts";
import { runPlugin } from "./run-plugin.ts";

const recorded = record(
  JSON.parse(readFileSync(join(import.meta.dirname, "../../testdata/exec.json"), "utf8")),
);

/** Records its input, then prints the case's output. */
const SCRIPT = `#!/bin/sh
cat > "$(dirname "$0")/stdin"
echo "$*" > "$(dirname "$0")/args"
env > "$(dirname "$0")/env"
cat "$(dirname "$0")/err" >&2
cat "$(dirname "$0")/out"
exit $(cat "$(dirname "$0")/exit")
`;

let directory = "";
before(() => {
  directory = mkdtempSync(join(tmpdir(), "imagecred-plugin-"));
});
after(() => rmSync(directory, { recursive: true }));

function install(input: Case): void {
  const put = (name: string, content: string, mode = 0o644) => {
    writeFileSync(join(directory, name), content);
    chmodSync(join(directory, name), mode);
  };
  put("out", optionalText(input, "stdout") ?? "");
  put("err", optionalText(input, "stderr") ?? "");
  put("exit", String(input["exit"] ?? 0));
  // The recorded limit is a minute; here it is a third of a second, and longer runs are shortened accordingly.
  const script = optionalText(input, "script")?.replace("sleep 75", "sleep 1");
  put("plugin", (script ?? SCRIPT).replaceAll("$DIR", directory), 0o755);
}

function run(input: Case, timeoutMs: number) {
  const provider: CredentialProvider = {
    name: "plugin",
    matchImages: ["*"],
    defaultCacheDuration: 0n,
    apiVersion: optionalText(input, "apiVersion") ?? "credentialprovider.kubelet.k8s.io/v1",
    args: null,
    env: null,
    tokenAttributes: null,
  };
  const annotations = record(input["annotations"] ?? {});
  const call = {
    image: optionalText(input, "image") ?? "test.registry.io/foo",
    serviceAccountToken: new Secret(optionalText(input, "token") ?? ""),
    serviceAccountAnnotations: new Map(Object.keys(annotations).map((key) => [key, text(annotations, key)])),
  };
  const environment = { PATH: process.env["PATH"], KUBELET_VAR: "1", DUP: "system" };
  const runtime = { runProgram, fileSystem: nodejsFileSystem, environment, binDir: directory, timeoutMs };
  return runPlugin(provider, call, runtime, kubeletRules());
}

const read = (name: string) => readFileSync(join(directory, name), "utf8");

describe("recorded: running a plugin", () => {
  for (const entry of list(recorded["cases"])) {
    const input = record(record(entry)["in"]);
    const out = record(record(entry)["out"]);
    test(text(input, "name"), async () => {
      install(input);
      const started = performance.now();
      const answer = await run(input, out["elapsedSeconds"] === undefined ? 60_000 : 300).then(
        (response) => ({ error: null, response: shownResponse(response) }),
        (error: unknown) => {
          assert.ok(error instanceof PluginError, String(error));
          return { error: error.message.replaceAll(directory, "$DIR"), response: undefined };
        },
      );
      assert.equal(answer.error, out["error"]);
      assert.deepEqual(answer.response, out["response"]);
      // The pull waits for a child that keeps stdout open, although the plugin is killed.
      if (out["elapsedSeconds"] === 75) assert.ok(performance.now() - started >= 900);
      if (input["mode"] !== "io") return;
      assert.equal(read("stdin"), out["stdin"]);
      assert.equal(read("args"), out["args"]);
      const env = read("env").split("\n");
      assert.deepEqual(env.filter((line) => /^(DUP|KUBELET_VAR)=/.test(line)).sort(), out["env"]);
    });
  }
});

test("arguments and environment are passed without a shell; the configuration's last variable of a name wins", async () => {
  install({ stdout: "{}" });
  const provider: CredentialProvider = {
    name: "plugin",
    matchImages: [],
    defaultCacheDuration: 0n,
    apiVersion: "credentialprovider.kubelet.k8s.io/v1",
    args: ["--a", "b c", "$HOME"],
    env: [
      { name: "DUP", value: "one" },
      { name: "DUP", value: "two" },
      { name: "WITH=EQUALS", value: "x" },
    ],
    tokenAttributes: null,
  };
  const environment = { PATH: process.env["PATH"], DUP: "system", GONE: undefined };
  const runtime = {
    runProgram,
    fileSystem: nodejsFileSystem,
    environment,
    binDir: `${directory}/../${directory.split("/").at(-1)}`,
  };
  await assert.rejects(runPlugin(provider, { image: "r.io/a" }, runtime, kubeletRules()), /apiVersion/);
  assert.equal(read("args"), "--a b c $HOME\n");
  assert.match(read("env"), /^DUP=two$/m);
  assert.match(read("env"), /^WITH=EQUALS=x$/m);
  assert.doesNotMatch(read("env"), /GONE/);
});

test("a plugin that cannot be started, and one that must not be started", async () => {
  install({});
  const provider = { name: "gone", matchImages: [], defaultCacheDuration: 0n, apiVersion: "x", args: null };
  const runtime = { runProgram, fileSystem: nodejsFileSystem, environment: {}, binDir: directory };
  const start = (name: string, env: CredentialProvider["env"]) =>
    runPlugin(
      { ...provider, name, env, tokenAttributes: null },
      { image: "r.io/a" },
      runtime,
      kubeletRules("1.27"),
    );
  const message = `error execing credential provider plugin gone for image r.io/a: fork/exec ${directory}/gone: no such file or directory`;
  await assert.rejects(start("gone", null), { name: "PluginError", fault: "start", message });
  await assert.rejects(
    start("plugin", [{ name: "A", value: "b\0" }]),
    /exec: environment variable contains NUL$/,
  );
  await assert.rejects(start("out", null), /exec format error$|permission denied$/);
});
