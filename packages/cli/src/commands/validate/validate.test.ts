import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { assertGolden } from "../../testing/golden.ts";
import { putKubelet } from "../../testing/kubelet-process.ts";
import { bench } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import type { CheckedConfig, ValidateDocument } from "./document.ts";

const FILES = join(import.meta.dirname, "../../../test/testdata/configs");

async function validate(
  text: string,
  ...args: readonly string[]
): Promise<CheckedConfig & { readonly code: number }> {
  using place = bench();
  writeFileSync(place.path("config.yaml"), text);
  const { code, stdout, stderr } = await place.run(["validate", "config.yaml", "-o", "json", ...args]);
  assert.equal(stderr, "");
  return { ...only(stdout), code };
}

/** The one configuration of a document. */
function only(stdout: string): CheckedConfig {
  const { configs } = checkedDocument(stdout) as unknown as ValidateDocument;
  const [config, second] = configs;
  assert.ok(config !== undefined && second === undefined);
  return config;
}

const VALID = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: custom
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "10m"
    matchImages: ["r.io"]
`;

test("a correct file", async () => {
  const document = await validate(VALID);
  assert.deepEqual(
    [document.code, document.accepted, document.findings, document.kubeletError],
    [0, true, [], null],
  );
  assert.deepEqual(document.providers, ["custom"]);
  assert.match(document.hash ?? "", /^sha256:/);
});

test("the kubelet's message, the position and the fix", async () => {
  const cases: readonly (readonly [string, string, number, number, string, RegExp])[] = [
    [
      VALID.replace("matchImages:", "matchimages:"),
      "unknown-field",
      7,
      5,
      'unknown field "providers[0].matchimages"',
      /^write matchImages$/,
    ],
    [
      VALID.replace('["r.io"]', "[]"),
      "required",
      7,
      18,
      "providers.matchImages: Required value: at least 1 item in matchImages is required",
      /matchImages: \[/,
    ],
    [VALID.replace('"10m"', '"10"'), "bad-duration", 6, 27, 'time: missing unit in duration "10"', /"10h"/],
    [
      VALID.replace("custom", '"a b"'),
      "invalid",
      4,
      11,
      'providers.name: Invalid value: "a b": provider name cannot contain spaces',
      /file name/,
    ],
    [
      VALID.replace("k8s.io/v1\n    default", "k8s.io/v2\n    default"),
      "unsupported",
      5,
      17,
      'providers.apiVersion: Unsupported value: "credentialprovider.kubelet.k8s.io/v2": supported values:',
      /credentialprovider\.kubelet\.k8s\.io\/v1/,
    ],
    [
      VALID.replace("kind: CredentialProviderConfig\n", ""),
      "missing-kind",
      1,
      1,
      "Object 'Kind' is missing in '…'",
      /^write apiVersion: kubelet\.config\.k8s\.io\/v1 and kind: CredentialProviderConfig$/,
    ],
    [
      `${VALID}    tokenAttributes: {serviceAccountTokenAudience: a, requireServiceAccount: false}\n`,
      "required",
      8,
      22,
      "providers.tokenAttributes.cacheType: Required value: cacheType is required to be set",
      /cacheType: ServiceAccount/,
    ],
  ];
  for (const [text, code, line, column, message, fix] of cases) {
    const { findings, accepted, code: exit, kubeletError } = await validate(text);
    const finding = findings.find((one) => one.source === "kubelet" && one.code === code);
    assert.deepEqual([exit, accepted], [1, false]);
    assert.deepEqual([finding?.line, finding?.column, finding?.severity], [line, column, "error"], text);
    assert.ok(finding?.message.includes(message) === true, `${finding?.message}`);
    assert.match(finding?.fix ?? "", fix);
    assert.notEqual(kubeletError, null);
  }
});

test("text that YAML reads as another type", async () => {
  for (const value of ["y", "on", "12"]) {
    const { findings } = await validate(`${VALID}    env: [{name: A, value: ${value}}]\n`);
    assert.match(findings[0]?.message ?? "", /cannot unmarshal (bool|number) into Go struct field/);
    assert.match(findings[0]?.fix ?? "", /^put the value in quotes/);
  }
});

test("the result depends on the kubelet's version", async () => {
  const tokens = `${VALID}    tokenAttributes: {serviceAccountTokenAudience: a, requireServiceAccount: false, cacheType: Token}\n`;
  const verdicts = await Promise.all(
    ["1.29", "1.32", "1.33", "1.34", "1.37", "v1.34.2"].map(
      async (version) => (await validate(tokens, "--kubernetes-version", version)).accepted,
    ),
  );
  assert.deepEqual(verdicts, [true, false, false, true, true, true]);
  using place = bench();
  writeFileSync(place.path("config.yaml"), VALID);
  for (const version of ["2.0", "latest", "1.12"]) {
    assert.equal(
      (await place.run(["validate", "config.yaml", "--kubernetes-version", version])).code,
      2,
      version,
    );
  }
});

test("a directory is one configuration since 1.34", async () => {
  using place = bench();
  mkdirSync(place.path("conf.d"));
  writeFileSync(place.path("conf.d/10.yaml"), VALID);
  writeFileSync(place.path("conf.d/9.yaml"), VALID.replace("custom", "other").replace("r.io", "s.io"));
  writeFileSync(place.path("conf.d/ignored.txt"), "nonsense");
  const both = only((await place.run(["validate", "conf.d", "-o", "json"])).stdout);
  assert.deepEqual(both.providers, ["custom", "other"]);
  assert.deepEqual(both.findings, []);
  writeFileSync(place.path("conf.d/11.yaml"), VALID);
  const twice = only((await place.run(["validate", "conf.d", "-o", "json"])).stdout);
  assert.deepEqual(
    twice.findings
      .filter(({ source }) => source === "kubelet")
      .map(({ code, file, line }) => [code, file, line]),
    [["duplicate-provider", "conf.d/11.yaml", 4]],
  );
  assert.equal((await place.run(["validate", "conf.d", "--kubernetes-version", "1.33"])).code, 1);
});

test("a FIFO is an error and is not read", { skip: process.platform === "win32" }, async () => {
  using place = bench();
  execFileSync("mkfifo", [place.path("config.yaml")]);
  const { code, stderr } = await place.run(["validate", "config.yaml"]);
  assert.equal(code, 1);
  assert.match(stderr, /config\.yaml is a fifo, not a file: the kubelet would wait/);
});

test("no configuration found is a usage error; a missing file is a finding", async () => {
  using place = bench();
  const nothing = await place.run(["validate"]);
  assert.equal(nothing.code, 2);
  assert.match(nothing.stderr, /no kubelet with a credential provider configuration runs here/);
  const gone = await place.run(["validate", "gone.yaml"]);
  assert.equal(gone.code, 1);
  assert.match(gone.stdout, /unable to access path "gone\.yaml": stat gone\.yaml: no such file or directory/);
});

test("without an argument, the file is the running kubelet's or one at a distribution's path", async () => {
  using place = bench();
  mkdirSync(place.path("var/lib/rancher/credentialprovider"), { recursive: true });
  writeFileSync(place.path("var/lib/rancher/credentialprovider/config.yaml"), VALID);
  const usual = only((await place.run(["validate", "-o", "json"])).stdout);
  assert.deepEqual(
    [usual.configSource, usual.binDir],
    ["the usual path on k3s", "/var/lib/rancher/credentialprovider/bin"],
  );

  putKubelet(place, 4711, {
    words: [
      "/usr/bin/kubelet",
      "--v=2",
      "--image-credential-provider-config=/etc/old.yaml",
      "--image-credential-provider-config",
      "/etc/p.yaml",
      "--image-credential-provider-bin-dir=/opt/bin",
    ],
  });
  mkdirSync(place.path("etc"));
  writeFileSync(place.path("etc/p.yaml"), VALID);
  const running = only((await place.run(["validate", "-o", "json"])).stdout);
  assert.deepEqual(
    [running.config, running.binDir, running.configSource],
    ["/etc/p.yaml", "/opt/bin", "flags of the kubelet that runs here (process 4711)"],
  );
});

test("human-readable output", async () => {
  using place = bench();
  for (const name of ["slips", "refused", "fine"]) {
    writeFileSync(place.path(`${name}.yaml`), readFileSync(join(FILES, `${name}.yaml`)));
    assertGolden(`validate-${name}`, (await place.run(["validate", `${name}.yaml`])).stdout);
  }
});

test("colors on a terminal only", async () => {
  using place = bench();
  writeFileSync(place.path("config.yaml"), VALID.replace("r.io", "r.io/foo"));
  const color = "\u001b[33m";
  assert.ok((await place.run(["validate", "config.yaml"], { columns: 100 })).stdout.includes(color));
  assert.ok(!(await place.run(["validate", "config.yaml"])).stdout.includes("\u001b"));
  assert.ok(
    !(await place.run(["validate", "config.yaml"], { columns: 100, env: { NO_COLOR: "1" } })).stdout.includes(
      "\u001b",
    ),
  );
});

test("control characters in a file are not written to the terminal", async () => {
  using place = bench();
  writeFileSync(place.path("config.yaml"), VALID.replace('"r.io"', '"r.io/\\u001b[2J", "a.io/\\u202ex"'));
  const { stdout } = await place.run(["validate", "config.yaml"]);
  for (const character of ["\u001b", "\u202e"])
    assert.ok(!stdout.includes(character), JSON.stringify(stdout));
});

test("with --bin-dir, result and error line are those of the kubelet's start", async () => {
  using place = bench();
  const bin = place.path("bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "custom"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(join(bin, "plain"), "no program", { mode: 0o755 });
  writeFileSync(join(bin, "locked"), "#!/bin/sh\n", { mode: 0o644 });
  const look = 'error inspecting binary executable : exec: "bin';
  for (const [name, version, accepted, line] of [
    ["custom", "1.37", true, null],
    // The kubelet starts because it checks only the mode. Running the plugin fails later.
    ["plain", "1.37", true, null],
    ["locked", "1.37", false, `${look}/locked": permission denied`],
    ["locked", "1.29", true, null],
    ["gone", "1.37", false, "plugin binary executable  did not exist"],
    ["gone", "1.29", false, "plugin binary executable bin/gone did not exist"],
    ['""', "1.37", false, `${look}": is a directory`],
  ] as const) {
    writeFileSync(place.path("config.yaml"), VALID.replace("custom", name));
    const args = ["validate", "config.yaml", "-o", "json", "-b", "bin", "--kubernetes-version", version];
    const { stdout } = await place.run(args);
    const document = only(stdout);
    assert.deepEqual([document.accepted, document.kubeletError], [accepted, line], `${name} ${version}`);
  }
});
