import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nodeFiles } from "../files/nodejs.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import { temporary } from "../testing/temporary.ts";
import { parseArgumentFile } from "./argument-file.ts";
import { parseFlags } from "./command-line.ts";
import { flagValue, type Source } from "./flag.ts";
import { kubeletConfiguration } from "./kubelet-configuration.ts";
import { type RancherSettings, rancherSettings } from "./rancher.ts";

const SOURCE: Source = { kind: "command-line", label: "the command line of process 57" };
const CONFIG = "image-credential-provider-config";
const BIN_DIR = "image-credential-provider-bin-dir";

const COMMAND_LINES: readonly (readonly [
  what: string,
  words: readonly string[],
  config: string | undefined,
])[] = [
  ["with =", [`--${CONFIG}=/a`], "/a"],
  ["as two words", [`--${CONFIG}`, "/a"], "/a"],
  ["the last one wins", [`--${CONFIG}=/a`, `--${CONFIG}`, "/b"], "/b"],
  ["the kubelet accepts _ for -", ["--image_credential_provider_config=/a"], "/a"],
  ["one dash does not begin a long flag", [`-${CONFIG}=/a`], undefined],
  ["behind --", ["--", `--${CONFIG}=/a`], undefined],
  ["an empty value", [`--${CONFIG}=/a`, `--${CONFIG}=`], ""],
  ["a value with =", [`--${CONFIG}=/a=b`], "/a=b"],
  ["a value of another flag", ["--node-ip", "10.0.0.7", `--${CONFIG}=/a`], "/a"],
  ["a switch before it", ["--fail-swap-on", `--${CONFIG}`, "/a"], "/a"],
  ["a longer name", [`--${CONFIG}-x=/a`], undefined],
];

test("flags of a command line, as pflag reads them", () => {
  for (const [what, words, config] of COMMAND_LINES) {
    assert.equal(flagValue({ all: parseFlags(words, SOURCE), unseen: [] }, CONFIG)?.value, config, what);
  }
});

test("MicroK8s' file of arguments", () => {
  const text = `# comment
--kubeconfig=\${SNAP_DATA}/credentials/kubelet.config
  --${CONFIG}="\${SNAP_COMMON}/providers.yaml"
--${BIN_DIR} $SNAP_COMMON/bin
--node-labels='a=b,c=$UNKNOWN'

`;
  const flags = parseArgumentFile(text, "/args/kubelet", { SNAP_DATA: "/d", SNAP_COMMON: "/c" });
  assert.deepEqual(
    flags.map(({ name, value, source }) => [name, value, source.label]),
    [
      ["kubeconfig", "/d/credentials/kubelet.config", "/args/kubelet:2"],
      [CONFIG, "/c/providers.yaml", "/args/kubelet:3"],
      [BIN_DIR, "/c/bin", "/args/kubelet:4"],
      ["node-labels", "a=b,c=", "/args/kubelet:5"],
    ],
  );
});

interface RancherCase {
  readonly what: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly config: string | undefined;
  readonly label?: RegExp;
}

const DEFAULT = "/var/lib/rancher/credentialprovider";
const there = {
  "var/lib/rancher/credentialprovider/config.yaml": "x",
  "var/lib/rancher/credentialprovider/bin/ecr": "x",
};
const RANCHER: readonly RancherCase[] = [
  {
    what: "kubelet-arg overrides the default path",
    files: {
      ...there,
      "etc/rancher/k3s/config.yaml": `kubelet-arg: ["${BIN_DIR}=/creds/bin", "${CONFIG}=/creds/config.yaml"]\n`,
    },
    config: "/creds/config.yaml",
    label: /^\/etc\/rancher\/k3s\/config\.yaml:1$/,
  },
  { what: "not set, both exist", files: there, config: `${DEFAULT}/config.yaml`, label: /default/ },
  { what: "not set, neither exists", config: undefined },
  {
    what: "the configuration is a directory",
    files: { [`${DEFAULT.slice(1)}/config.yaml/a.yaml`]: "", [`${DEFAULT.slice(1)}/bin/x`]: "" },
    config: undefined,
  },
  { what: "no executables", files: { [`${DEFAULT.slice(1)}/config.yaml`]: "" }, config: undefined },
  {
    what: "top-level flag, for an existing file",
    files: { ...there, "own.yaml": "x", "etc/rancher/k3s/config.yaml": `${CONFIG}: /own.yaml\n` },
    config: "/own.yaml",
    label: /config\.yaml:1$/,
  },
  {
    what: "--kubelet-arg on the command line",
    words: [`--kubelet-arg=${CONFIG}=/w`],
    config: "/w",
    label: /process 57/,
  },
  { what: "--kubelet-arg as two words, one dash", words: ["-kubelet-arg", `${CONFIG}=/w`], config: "/w" },
  { what: "--kubelet-arg with dashes in its value", words: [`--kubelet-arg=--${CONFIG}=/w`], config: "/w" },
  {
    what: "the command line comes after the files and is added to lists",
    files: { "etc/rancher/k3s/config.yaml": `kubelet-arg:\n  - v=2\n  - ${CONFIG}=/f\n` },
    words: [`--kubelet-arg=${CONFIG}=/w`],
    config: "/w",
  },
  {
    what: "a file of the directory replaces the list",
    files: {
      "etc/rancher/k3s/config.yaml": `kubelet-arg: ["${CONFIG}=/f"]\n`,
      "etc/rancher/k3s/config.yaml.d/10.yaml": 'kubelet-arg: ["v=2"]\n',
    },
    config: undefined,
  },
  {
    what: "kubelet-arg+ adds to it",
    files: {
      "etc/rancher/k3s/config.yaml": `kubelet-arg: ["${CONFIG}=/f"]\n`,
      "etc/rancher/k3s/config.yaml.d/10.yaml": 'kubelet-arg+: ["v=2"]\n',
      "etc/rancher/k3s/config.yaml.d/20.yml": `"kubelet-arg+": ${CONFIG}=/g\n`,
      "etc/rancher/k3s/config.yaml.d/30.txt": `kubelet-arg: ["${CONFIG}=/no"]\n`,
    },
    config: "/g",
    label: /config\.yaml\.d\/20\.yml:1$/,
  },
  {
    what: "only files of the directory",
    files: { "etc/rancher/k3s/config.yaml.d/10.yaml": `kubelet-arg: ${CONFIG}=/d\n` },
    config: "/d",
  },
  {
    what: "--config",
    words: ["--config=/my.yaml"],
    files: { "my.yaml": `kubelet-arg: ${CONFIG}=/m\n` },
    config: "/m",
  },
  {
    what: "K3S_CONFIG_FILE overrides --config",
    env: { K3S_CONFIG_FILE: "/env.yaml" },
    words: ["-c", "/my.yaml"],
    files: { "my.yaml": `kubelet-arg: ${CONFIG}=/m\n`, "env.yaml": `kubelet-arg: ${CONFIG}=/e\n` },
    config: "/e",
  },
  {
    what: "name- puts it before the default, which overrides it",
    files: there,
    words: [`--kubelet-arg=${CONFIG}-=/w`],
    config: `${DEFAULT}/config.yaml`,
  },
];

function settings({
  files = {},
  words = [],
  env = {},
}: Omit<RancherCase, "what" | "config">): RancherSettings {
  using place = temporary();
  for (const [path, content] of Object.entries(files)) place.write(path, content);
  return rancherSettings(rootedFiles(nodeFiles, place.path), {
    program: "k3s",
    words,
    wordsSource: SOURCE,
    environment: env,
  });
}

for (const { what, config, label, ...given } of RANCHER) {
  test(`k3s: ${what}`, () => {
    const found = flagValue(settings(given).flags, CONFIG);
    assert.equal(found?.value, config);
    if (label !== undefined) assert.match(found?.source.label ?? "", label);
  });
}

test("k3s: other settings, and messages for unreadable files", () => {
  const found = settings({ words: ["--data-dir", "/data", "--private-registry=/r.yaml", "--disable-agent"] });
  assert.deepEqual(
    [found.dataDir, found.privateRegistry, found.kubeletDisabled, found.skipped],
    ["/data", "/r.yaml", true, `there is no directory ${DEFAULT}/bin`],
  );
  assert.match(
    settings({ files: { "etc/rancher/k3s/config.yaml": "a: [" } }).flags.unseen[0] ?? "",
    /^\/etc\/rancher\/k3s\/config\.yaml, which k3s reads, cannot be read: /,
  );
});

test("feature gates of a file, its drop-ins and the command line", () => {
  using place = temporary();
  place.write(
    "config.yaml",
    "kind: KubeletConfiguration\nfeatureGates:\n  A: true\n  B: true\n  C: false\ncontainerRuntimeEndpoint: unix:///a\n",
  );
  place.write("d/20.conf", "featureGates: {B: false, D: true}\n");
  place.write("d/sub/10.conf", "featureGates: {D: false}\n");
  place.write("d/30.yaml", "featureGates: {A: false}\n");
  mkdirSync(join(place.path, "etc"));
  const all = parseFlags(
    [
      "--config=config.yaml",
      "--config-dir",
      "/d",
      "--feature-gates=C=true, E=T",
      "--feature-gates=E=0,F=nonsense",
    ],
    SOURCE,
  );
  const found = kubeletConfiguration(rootedFiles(nodeFiles, place.path), { all, unseen: [] }, "/");
  assert.deepEqual(
    Object.fromEntries([...found.featureGates].map(([name, { enabled }]) => [name, enabled])),
    { A: true, B: false, C: true, D: false, E: false },
  );
  assert.equal(found.featureGates.get("B")?.source.label, "/d/20.conf:1");
  assert.equal(found.runtimeEndpoint?.value, "unix:///a");
  assert.deepEqual(found.unseen, []);
});
