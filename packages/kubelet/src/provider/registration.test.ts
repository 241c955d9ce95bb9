/** Compares start-up with prepared directories with the real kubelet's recorded results. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { crypto } from "@imagecred/protocol/runtime";
import { nodejsFileSystem } from "../nodejs-file-system.ts";
import { type Case, list, optionalText, record, text } from "../testing/differential/input.ts";
import { checkRegistration } from "./registration.ts";

const recorded = record(
  JSON.parse(readFileSync(join(import.meta.dirname, "../../testdata/register.json"), "utf8")),
);

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "imagecred-register-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function prepare(mode: string): void {
  const binary = join(directory, "bin/p1");
  if (mode === "nobindir") return;
  mkdirSync(join(directory, "bin"));
  if (mode === "isdir") mkdirSync(binary);
  if (mode === "dangling") symlinkSync("nowhere", binary);
  if (mode === "ok" || mode === "noexec") {
    writeFileSync(binary, "#!/bin/sh\n");
    chmodSync(binary, mode === "ok" ? 0o755 : 0o644);
  }
}

function check(config: string, kubernetesVersion?: string) {
  const version = kubernetesVersion === undefined ? {} : { kubernetesVersion };
  const result = checkRegistration(config, join(directory, "bin"), {
    fileSystem: nodejsFileSystem,
    crypto,
    saTokens: true,
    ...version,
  });
  return { ...result, error: result.kubeletError?.replaceAll(directory, "$DIR") ?? null };
}

function writeFiles(input: Case): string {
  const files = list(input["files"] ?? []).map(record);
  for (const file of files) writeFileSync(join(directory, text(file, "name")), text(file, "data"));
  const first = files[0];
  return first === undefined ? "" : join(directory, text(first, "name"));
}

describe("recorded: registration", () => {
  for (const entry of list(recorded["cases"])) {
    const input = record(record(entry)["in"]);
    const out = record(record(entry)["out"]);
    test(text(input, "name"), () => {
      prepare(text(input, "mode"));
      const path = writeFiles(input);
      const config = optionalText(input, "url")?.replace("$DIR", directory) ?? path;
      const { error, registered } = check(config);
      assert.deepEqual({ error, registered }, out);
    });
  }
});

const CONFIG = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: p1
    matchImages: ["r.io"]
    defaultCacheDuration: 10m
    apiVersion: credentialprovider.kubelet.k8s.io/v1
`;

// Texts of RegisterCredentialProviderPlugins, os.Stat and exec.LookPath (Go 1.26).
const OTHERS: readonly (readonly [mode: string, version: string | undefined, error: string | null])[] = [
  ["nobindir", undefined, "plugin binary directory $DIR/bin did not exist"],
  ["dangling", undefined, "plugin binary executable  did not exist"],
  ["noexec", undefined, 'error inspecting binary executable : exec: "$DIR/bin/p1": permission denied'],
  ["noexec", "1.29", null],
  ["isdir", "1.29", null],
  ["missing", "1.29", "plugin binary executable $DIR/bin/p1 did not exist"],
];

describe("registration of other bin dirs", () => {
  for (const [mode, version, error] of OTHERS) {
    test(`${mode} on ${version ?? "the newest"}`, () => {
      prepare(mode);
      const path = writeFiles({ files: [{ name: "config.yaml", data: CONFIG }] });
      assert.equal(check(path, version).error, error);
    });
  }

  // RegisterCredentialProvider of pkg/credentialprovider/plugins.go up to 1.32; validation since 1.33, reading since 1.34.
  const TWICE: readonly (readonly [version: string, mode: string, error: string])[] = [
    ["1.26", "ok", 'Credential provider "p1" was registered twice'],
    ["1.32", "ok", 'Credential provider "p1" was registered twice'],
    ["1.32", "missing", "plugin binary executable  did not exist"],
    ["1.33", "ok", 'failed to validate credential provider config: providers.name: Duplicate value: "p1"'],
    ["1.34", "ok", 'duplicate provider name "p1" found in configuration file(s)'],
  ];
  for (const [version, mode, error] of TWICE) {
    test(`a duplicate name on ${version}, executable ${mode}`, () => {
      prepare(mode);
      const data = CONFIG + CONFIG.slice(CONFIG.indexOf("  - name"));
      const path = writeFiles({ files: [{ name: "config.yaml", data }] });
      const checked = check(path, version);
      assert.equal(checked.error, error);
      assert.equal(checked.reading.accepted, false);
      assert.equal(checked.registered, mode === "ok" && Number(version) < 1.33 ? 1 : 0);
      assert.deepEqual(
        checked.reading.problems.map(({ code, path: at, location }) => [code, at, location?.line]),
        [[version === "1.33" ? "duplicate" : "duplicate-provider", "providers[1].name", 8]],
      );
    });
  }

  test("an empty name is the bin dir itself, which since 1.30 is not an executable", () => {
    prepare("ok");
    const path = writeFiles({ files: [{ name: "config.yaml", data: CONFIG.replace("p1", '""') }] });
    assert.equal(check(path).error, 'error inspecting binary executable : exec: "$DIR/bin": is a directory');
    assert.equal(check(path, "1.29").error, null);
  });

  test("an executable below a file", () => {
    writeFileSync(join(directory, "bin"), "");
    const path = writeFiles({ files: [{ name: "config.yaml", data: CONFIG }] });
    const reason = "stat $DIR/bin/p1: not a directory";
    assert.equal(check(path).error, `error inspecting binary executable : exec: "$DIR/bin/p1": ${reason}`);
    assert.equal(check(path, "1.29").error, `error inspecting binary executable $DIR/bin/p1: ${reason}`);
  });

  test("a bin dir below a file is another error than a missing one", () => {
    writeFileSync(join(directory, "bin"), "");
    const path = writeFiles({ files: [{ name: "config.yaml", data: CONFIG }] });
    const { kubeletError } = checkRegistration(path, join(directory, "bin/x"), {
      fileSystem: nodejsFileSystem,
      crypto,
    });
    const bin = join(directory, "bin/x");
    assert.equal(kubeletError, `error inspecting binary directory ${bin}: stat ${bin}: not a directory`);
  });
});
