import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { buildKubernetes } from "@imagecred/cluster";
import { configHash } from "@imagecred/kubelet";
import { crypto } from "@imagecred/protocol/runtime";
import { needsRoot, runInNamespace } from "@imagecred/workspace";
import { binDirectories, NOT_BUILT } from "../src/executables.ts";
import { built, FAKE_CRI, goMissing } from "../src/go-build.ts";
import { operatorMessage } from "../src/operator-messages.ts";
import { Scratch } from "../src/provider-config.ts";
import type { Pull } from "../src/real-kubelet/container-runtime.ts";
import { CLOUD_PLUGINS, IMAGES, MORE_IMAGES, nameOf, STUBS, type Stub } from "../src/real-kubelet/images.ts";
import type { LogEntry } from "../src/real-kubelet/kubelet-log.ts";
import type { Account } from "../src/real-kubelet/report.ts";

const [executables] = binDirectories();
const skip =
  goMissing() ?? (needsRoot("unshare", "ip", "mount") || (executables === undefined ? NOT_BUILT : false));

/** An image as the kubelet hands it to plugins. */
const repositoryOf = (image: string) => image.replace(/:v1$/, "");
const V1 = "credentialprovider.kubelet.k8s.io/v1";

describe("a real kubelet with our executables", { skip, timeout: 25 * 60_000 }, () => {
  let account: Account;

  before(async () => {
    await using scratch = await Scratch.make();
    const file = join(scratch.path, "account.json");
    assert.ok(executables);
    const programs = [executables.binDir, await buildKubernetes(), built(FAKE_CRI)];
    const scenario = join(import.meta.dirname, "../src/real-kubelet/scenario.ts");
    const { exitCode, output } = await runInNamespace([scenario, scratch.path, ...programs, file], {
      processes: true,
    });
    assert.equal(exitCode, 0, output);
    account = JSON.parse(await readFile(file, "utf8")) as Account;
  });

  /** The log has this message of operator-messages.json, word for word. */
  function says(log: readonly LogEntry[], id: string, values: Readonly<Record<string, string>>): void {
    const { severity, log: text } = operatorMessage(id, values);
    if (log.some((entry) => entry.severity === severity && entry.text === text)) return;
    const start = text.slice(0, text.indexOf('"', 1) + 1);
    const near = log.filter((entry) => entry.text.startsWith(start)).map((entry) => entry.text);
    assert.fail(`the kubelet did not log\n${text}\nbut\n${near.join("\n")}`);
  }

  /** The end of the one entry about a plugin that failed: the plugin's own line. */
  function lineOf(provider: string): string {
    const entry = account.log.find(
      ({ text }) =>
        text.startsWith('"Failed to provide credentials') && text.includes(`provider="${provider}"`),
    );
    return /exit status 1: (.*)\n/.exec(entry?.text ?? "")?.[1] ?? assert.fail(`${provider} did not fail`);
  }

  const cameWith = (pull: Pull | undefined, username: string) => {
    assert.equal(pull?.refused, "");
    assert.equal(pull?.username, username);
    return pull.password;
  };
  const USERS = { ecr: "AWS", acr: "00000000-0000-0000-0000-000000000000", gcr: "_token" } as const;
  const runsOf = (step: keyof Pick<Account, "failing" | "first" | "cached" | "expired">) =>
    CLOUD_PLUGINS.map((plugin) => account[step].runs[nameOf(plugin)]);

  test("it registers every provider, and shows the configuration's hash", async () => {
    for (const plugin of CLOUD_PLUGINS) says(account.log, "registered", { provider: nameOf(plugin) });
    const hash = /^kubelet_credential_provider_config_info\{hash="([^"]+)"\} 1$/m.exec(account.metrics)?.[1];
    assert.equal(hash, configHash([Buffer.from(account.config.content)], crypto));
  });

  for (const [index, plugin] of CLOUD_PLUGINS.entries()) {
    const image = IMAGES[plugin];
    const provider = nameOf(plugin);

    test(`${plugin}: while the cloud rejects requests, the pull has no credential and fails; the log has the plugin's line`, () => {
      const pull = account.failing.pulls[index];
      assert.equal(pull?.anonymous, true);
      assert.notEqual(pull?.refused, "");
      const line = lineOf(provider);
      assert.ok(line.startsWith(`${provider}: `) && line.length <= 700, line);
      const values = { provider, image, repository: repositoryOf(image), line };
      says(account.log, "asking", values);
      says(account.log, "plugin-failed", values);
      says(account.log, "without-credentials", values);
      says(account.log, "pull-refused", { ...values, error: runtimeError(image, pull) });
    });

    test(`${plugin}: then the pull succeeds, with the credential of one run`, () => {
      cameWith(account.first.pulls[index], USERS[plugin]);
      assert.equal(account.first.runs[provider], (account.failing.runs[provider] ?? 0) + 1);
    });

    test(`${plugin}: after the registry rejects the first credential, the plugin runs again and the pull succeeds`, () => {
      const first = account.first.pulls[index]?.password;
      assert.notEqual(cameWith(account.expired.pulls[index], USERS[plugin]), first);
      assert.equal(account.expired.runs[provider], (account.cached.runs[provider] ?? 0) + 1);
    });
  }

  test("other images of the same registries use the cached credential, and no plugin runs", () => {
    const users = [USERS.ecr, USERS.acr, USERS.gcr, USERS.gcr];
    const passwords = [0, 1, 2, 2].map((index) => account.first.pulls[index]?.password);
    assert.equal(account.cached.pulls.length, MORE_IMAGES.length);
    for (const [index, pull] of account.cached.pulls.entries()) {
      assert.equal(cameWith(pull, users[index] ?? ""), passwords[index]);
    }
    assert.deepEqual(runsOf("cached"), runsOf("first"));
  });

  const stubMessages: Readonly<
    Record<Exclude<Stub, "mistaken">, readonly [id: string, values?: Record<string, string>]>
  > = {
    silent: ["plugin-timed-out"],
    killed: ["plugin-killed"],
    talkative: ["answer-not-json", { error: "invalid character 'g' looking for beginning of value" }],
    outdated: ["answer-other-version", { expected: V1, actual: `${V1}beta1` }],
    inventive: ["answer-undecodable"],
    keyless: ["answer-cache-key-type", { actual: "ServiceAccount" }],
  };
  for (const [stub, [id, values = {}]] of Object.entries(stubMessages)) {
    const image = STUBS[stub as Stub];
    const provider = nameOf(stub as Stub);
    test(`a plugin that is ${stub}: "${id}", and a pull without a credential`, () => {
      assert.equal(account.stubs[stub]?.anonymous, true);
      says(account.log, id, { provider, repository: repositoryOf(image), ...values });
      says(account.log, "without-credentials", { image });
      const { countedAsError = false } = operatorMessage(id, { provider, repository: "", ...values });
      // The number of runs depends on the kubelet, which runs it again at each sync of the pod.
      const counter = `kubelet_credential_provider_plugin_errors_total\\{plugin_name="${provider}"\\} [1-9]`;
      assert.equal(new RegExp(`^${counter}`, "m").test(account.metrics), countedAsError);
    });
  }

  test("the registry rejects a wrong credential, and the pull is not retried without one", () => {
    const image = STUBS.mistaken;
    const pull = account.stubs["mistaken"];
    assert.equal(pull?.password, "not-the-password");
    says(account.log, "pull-refused", { image, error: runtimeError(image, pull) });
    assert.ok(
      !account.log.some(({ text }) => text === operatorMessage("without-credentials", { image }).log),
    );
  });

  test("with a wrong configuration or a missing executable it does not start", () => {
    const { "a provider without patterns": config, "an executable that is missing": executable } =
      account.refused;
    assert.equal(config?.exitCode, 1);
    says(config?.log ?? [], "configuration-refused", {
      error: "providers.matchImages: Required value: at least 1 item in matchImages is required",
    });
    assert.equal(executable?.exitCode, 1);
    says(executable?.log ?? [], "executable-missing", {});
  });

  test("no credential is in its log, and the fake clouds had no errors of their own", () => {
    assert.deepEqual(account.leaks, []);
    assert.deepEqual(account.defects, []);
  });
});

/** The container runtime's message, as the kubelet's log quotes it. */
function runtimeError(image: string, pull: Pull | undefined): string {
  return `failed to pull and unpack image \\"${image}\\": ${pull?.refused}`;
}
