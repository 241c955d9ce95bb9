import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { acr } from "@imagecred/acr";
import { bench } from "@imagecred/cli/testing";
import { ecr } from "@imagecred/ecr";
import { gcr } from "@imagecred/gcr";
import { OPERATOR_MESSAGES } from "@imagecred/kubelet-conformance";
import { testContext } from "@imagecred/protocol/testing";
import { DOCS } from "@imagecred/workspace";
import { documentsOf } from "./configurations.ts";
import { documentedConfigurations, SNIPPETS, snippet } from "./documented.ts";
import { blocksOf, pages, placeOf, textOf } from "./page.ts";

/** Run as a program with `--update`, it updates embedded files in the pages, and the output of `imagecred init`. */
const UPDATE = process.argv.includes("--update");

const snippets = SNIPPETS;
const blocks = pages().flatMap(blocksOf);

test("a block that names a file is that file, and every snippet is in a page", () => {
  const named = blocks.filter(({ mark }) => mark?.kind === "file");
  assert.ok(named.length > 10);
  for (const page of UPDATE ? pages() : []) embed(page);
  for (const block of pages()
    .flatMap(blocksOf)
    .filter(({ mark }) => mark?.kind === "file"))
    assert.equal(block.content, snippet(block.mark?.value ?? ""), `${placeOf(block)}: --update writes it`);
  const texts = pages().map(textOf).join("\n");
  for (const name of snippets) assert.ok(texts.includes(name), `no page has ${name}`);
});

function embed(page: string): void {
  let text = textOf(page);
  for (const { mark, offset, content } of blocksOf(page).toReversed()) {
    const now =
      mark?.kind === "file"
        ? snippet(mark.value ?? "")
        : mark?.kind === "kubelet"
          ? logged(mark.value)
          : content;
    text = text.slice(0, offset) + now + text.slice(offset + content.length);
  }
  writeFileSync(join(DOCS, page), text);
}

/** The message that a real kubelet logs (tools/kubelet-conformance makes it log each). */
function logged(id: string | undefined): string {
  const message = OPERATOR_MESSAGES.find((one) => one.id === id);
  assert.ok(message, `operator-messages.json has no ${id}`);
  return `${message.log}\n`;
}

/** Snippets that are what `imagecred init --cloud aws --distribution NAME` writes. */
const WRITTEN_BY_INIT: Readonly<Record<string, readonly [distribution: string, file: string]>> = {
  "snippets/kubeadm/kubeadm-config.yaml": ["kubeadm", "kubeadm-config.yaml"],
  "snippets/kubeadm/kubelet-extra-args.env": ["kubeadm", "kubelet-extra-args.env"],
  "snippets/eks-nodeadm/nodeconfig.yaml": ["eks", "nodeconfig.yaml"],
  "snippets/talos/machine-config-patch.yaml": ["talos", "machine-config-patch.yaml"],
  "snippets/talos/extension/manifest.yaml": ["talos", "extension/manifest.yaml"],
  "snippets/talos/extension/Dockerfile": ["talos", "extension/Dockerfile"],
  "snippets/kops/kops-cluster-patch.yaml": ["kops", "kops-cluster-patch.yaml"],
  "snippets/bottlerocket/settings.toml": ["bottlerocket", "settings.toml"],
};

for (const [name, [distribution, file]] of Object.entries(WRITTEN_BY_INIT)) {
  test(`${name} is what imagecred init writes`, async () => {
    using place = bench();
    const words = ["init", "--cloud", "aws", "--distribution", distribution, "--directory", "out"];
    assert.equal((await place.run(words)).code, 0);
    const written = readFileSync(place.path("out", file), "utf8");
    if (UPDATE) writeFileSync(join(DOCS, name), written);
    assert.equal(snippet(name), written);
  });
}

for (const name of snippets.filter((file) => /\.(ya?ml|json)$/.test(file))) {
  test(`${name} parses`, () => {
    if (name.endsWith(".json")) JSON.parse(snippet(name));
    for (const document of documentsOf(snippet(name))) assert.equal(typeof document, "object");
  });
}

for (const name of snippets.filter((file) => file.endsWith(".sh"))) {
  test(`${name} is a shell script`, () => {
    execFileSync("sh", ["-n", join(DOCS, name)]);
  });
}

test("YAML in pages parses, fragments too", () => {
  for (const block of blocks.filter(({ language }) => language === "yaml"))
    assert.doesNotThrow(() => documentsOf(block.content), placeOf(block));
});

const found = documentedConfigurations();

describe("every CredentialProviderConfig in a page or a snippet", () => {
  test("there are some", () => assert.ok(found.length > 15, String(found.length)));

  for (const [where, configuration] of found) {
    const withTokens = configuration.providers.some(({ tokenAttributes }) => tokenAttributes !== undefined);
    for (const version of withTokens ? ["1.34", "1.37"] : ["1.26", "1.32", "1.37"]) {
      test(`${where}: a kubelet ${version} accepts it, and imagecred has no warning`, async () => {
        using place = bench();
        writeFileSync(place.path("config.yaml"), JSON.stringify(configuration));
        const { code, stdout } = await place.run([
          "validate",
          "--kubernetes-version",
          version,
          "config.yaml",
        ]);
        assert.equal(code, 0, stdout);
      });
    }

    test(`${where}: its plugins accept their arguments`, async () => {
      const context = testContext({}, { files: AZURE_JSON_ANYWHERE });
      for (const { name, args = [], env = [] } of configuration.providers) {
        const plugin = [ecr, acr, gcr].find((one) => name.startsWith(one.name));
        assert.ok(plugin, `no plugin is called ${name}`);
        const environment = Object.fromEntries(env.map((one) => [one.name, one.value]));
        await plugin.options({ args, env: environment, files: context.files, log: context.log });
      }
    });
  }
});

/** The files that plugins read for their options: azure.json, and that of --identities. */
const AZURE_JSON = join(DOCS, "snippets/config/azure.json");
const IDENTITIES = join(DOCS, "snippets/config/identities.yaml");
const AZURE_JSON_ANYWHERE = {
  readText: async () => readFileSync(AZURE_JSON, "utf8"),
  readTextIfExists: async () => readFileSync(AZURE_JSON, "utf8"),
  readBytes: async (path: string) =>
    readFileSync(path.endsWith("/identities.yaml") ? IDENTITIES : AZURE_JSON),
};

test("what pages say that the kubelet logs is what a real one logs", () => {
  const quoted = blocks.filter(({ mark }) => mark?.kind === "kubelet");
  assert.ok(quoted.length > 5);
  for (const block of quoted) {
    assert.equal(block.content, logged(block.mark?.value), placeOf(block));
  }
});

test("alerts query metrics that the kubelet has", () => {
  const rules = snippet("snippets/prometheus/imagecred.rules.yaml");
  const names = [...rules.matchAll(/\bkubelet_\w+/g)].map(([name]) => name);
  const METRICS = [
    "kubelet_credential_provider_plugin_errors_total",
    "kubelet_credential_provider_plugin_duration_bucket",
    "kubelet_credential_provider_plugin_duration_count",
    "kubelet_credential_provider_config_info",
  ];
  assert.deepEqual([...new Set(names)].toSorted(), METRICS.toSorted());
});

test("the signature is verified as the release workflow's own last job does it", () => {
  const workflow = readFileSync(join(DOCS, "../.github/workflows/release.yml"), "utf8");
  const page = textOf("node-image-builder.md").replaceAll("$REPOSITORY", "$GITHUB_REPOSITORY");
  for (const flag of [
    "--bundle SHA256SUMS.sigstore.json",
    '--certificate-identity "https://github.com/$GITHUB_REPOSITORY/.github/workflows/release.yml@refs/heads/main"',
    "--certificate-oidc-issuer https://token.actions.githubusercontent.com SHA256SUMS",
  ]) {
    assert.ok(workflow.includes(flag), `the workflow has no ${flag}`);
    assert.ok(page.includes(flag), `the page has no ${flag}`);
  }
});
