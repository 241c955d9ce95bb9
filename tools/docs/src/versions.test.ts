import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { bench } from "@imagecred/cli/testing";
import { decodePluginResponse, kubeletRules, LATEST_KUBERNETES } from "@imagecred/kubelet";
import { ROOT } from "@imagecred/workspace";
import { type Configuration, documentsOf, type Provider } from "./configurations.ts";
import { documentedConfigurations } from "./documented.ts";
import { GATE, OLDEST_KUBERNETES, since } from "./facts/kubelets.ts";
import { initProvider, PAGE_NAMES } from "./facts/registries.ts";
import { blocksOf, pages, placeOf, textOf } from "./page.ts";

/** Tests the pages' claims about Kubernetes versions in both directions: at the version, and below it. */

/** The version before: `1.33` of `1.34`. */
function before(version: string): string {
  return `1.${kubeletRules(version).minor - 1}`;
}

interface Verdict {
  /** Whether the kubelet starts with it. */
  readonly accepted: boolean;
  /** Codes of errors and warnings. */
  readonly codes: readonly string[];
}

/** The findings of `imagecred validate` in a configuration for a version. Directories have one file for each configuration. */
async function verdict(
  version: string,
  configuration: Configuration | readonly Configuration[],
  options: { readonly gate?: boolean; readonly binDirMode?: number } = {},
): Promise<Verdict> {
  using place = bench();
  const args = ["validate", "--kubernetes-version", version, "--output", "json"];
  if (options.gate === true) args.push("--feature-gates", `${GATE}=true`);
  if (options.binDirMode !== undefined) {
    mkdirSync(place.path("bin"));
    const [first] = [configuration].flat();
    for (const { name } of first?.providers ?? []) {
      writeFileSync(place.path("bin", name), "#!/bin/sh\n");
      chmodSync(place.path("bin", name), options.binDirMode);
    }
    args.push("--bin-dir", "bin");
  }
  if (Array.isArray(configuration)) {
    mkdirSync(place.path("configs"));
    for (const [index, one] of configuration.entries())
      writeFileSync(place.path("configs", `${index}.yaml`), JSON.stringify(one));
    args.push("configs");
  } else {
    writeFileSync(place.path("config.yaml"), JSON.stringify(configuration));
    args.push("config.yaml");
  }
  const { stdout } = await place.run(args);
  const { configs } = JSON.parse(stdout) as {
    readonly configs: readonly {
      readonly accepted: boolean;
      readonly findings: readonly { readonly severity: string; readonly code: string }[];
    }[];
  };
  const [config] = configs;
  assert.ok(config, stdout);
  const { accepted, findings } = config;
  return {
    accepted,
    codes: findings.filter(({ severity }) => severity !== "note").map(({ code }) => code),
  };
}

/** The samples of `tokenAttributes`: whole configurations, and the parts of providers on the plugins' own pages. */
async function podSamples(): Promise<readonly (readonly [where: string, Configuration])[]> {
  const whole = documentedConfigurations().filter(([, { providers }]) =>
    providers.some(({ tokenAttributes }) => tokenAttributes !== undefined),
  );
  const parts = PAGE_NAMES.flatMap((page) =>
    blocksOf(`${page}.md`)
      .filter(({ language, content }) => language === "yaml" && /^ +tokenAttributes:/m.test(content))
      .map(async (block): Promise<readonly [string, Configuration]> => {
        const [part] = documentsOf(block.content) as readonly Partial<Provider>[];
        const provider = { ...(await initProvider(page)), ...part };
        return [placeOf(block), configurationOf(provider)];
      }),
  );
  return [...whole, ...(await Promise.all(parts))];
}

function configurationOf(provider: Provider): Configuration {
  return Object.assign({ apiVersion: "kubelet.config.k8s.io/v1" }, {
    kind: "CredentialProviderConfig",
    providers: [provider],
  } as const);
}

function withoutCacheType(configuration: Configuration): Configuration {
  const providers = configuration.providers.map((provider) => {
    const { tokenAttributes } = provider;
    if (tokenAttributes === undefined) return provider;
    return {
      ...provider,
      tokenAttributes: Object.fromEntries(
        Object.entries(tokenAttributes).filter(([key]) => key !== "cacheType"),
      ),
    };
  });
  return { ...configuration, providers };
}

const [newest, gated, strict] = [
  since("tokenAttributesByDefault"),
  since("tokenAttributes"),
  since("strictDecoding"),
];

describe("service account tokens: every sample", async () => {
  const samples = await podSamples();
  test("there are some on each plugin's page", () => {
    for (const page of PAGE_NAMES) assert.ok(samples.some(([where]) => where.startsWith(`docs/${page}.md`)));
    assert.ok(samples.length > 8, String(samples.length));
  });

  for (const [where, sample] of samples) {
    test(`${where}: a kubelet ${newest} accepts it without a gate, and so does the newest`, async () => {
      for (const version of [newest, LATEST_KUBERNETES])
        assert.deepEqual(await verdict(version, sample), { accepted: true, codes: [] }, version);
    });

    test(`${where}: a kubelet ${gated} rejects it even with the gate, because of cacheType`, async () => {
      for (const gate of [false, true]) {
        const { accepted, codes } = await verdict(gated, sample, { gate });
        assert.equal(accepted, false);
        assert.ok(codes.includes("unknown-field"), codes.join());
      }
    });

    test(`${where}: without cacheType a kubelet ${gated} accepts it with the gate, rejects it without, and ${newest} rejects it`, async () => {
      const older = withoutCacheType(sample);
      const { accepted, codes } = await verdict(gated, older, { gate: true });
      assert.equal(accepted, true);
      assert.deepEqual([...new Set(codes)], ["cache-type-missing"], "it warns of the next upgrade");
      assert.equal((await verdict(gated, older)).accepted, false);
      assert.equal((await verdict(newest, older)).accepted, false);
    });

    test(`${where}: a kubelet ${strict} rejects it, and imagecred warns of those before, which ignore it`, async () => {
      assert.equal((await verdict(strict, sample)).accepted, false);
      const { accepted, codes } = await verdict(before(strict), sample);
      assert.equal(accepted, true);
      assert.ok(codes.includes("token-attributes-ignored"), codes.join());
    });
  }
});

describe("samples without service account tokens", () => {
  const samples = documentedConfigurations().filter(([, { providers }]) =>
    providers.every(({ tokenAttributes }) => tokenAttributes === undefined),
  );
  for (const [where, sample] of samples) {
    test(`${where}: the oldest and the newest kubelet accept it`, async () => {
      for (const version of [OLDEST_KUBERNETES, LATEST_KUBERNETES])
        assert.deepEqual(await verdict(version, sample), { accepted: true, codes: [] }, version);
    });
  }
});

test("a directory of configurations, and not one version earlier", async () => {
  const providers = await Promise.all(PAGE_NAMES.map(initProvider));
  const version = since("configDirectory");
  const parts = providers.map(configurationOf);
  assert.equal((await verdict(version, parts)).accepted, true);
  assert.equal((await verdict(before(version), parts)).accepted, false);
});

test("unknown fields: errors in the configuration and in responses, and not one version earlier", async () => {
  const provider = Object.assign(await initProvider("ecr"), { matchImage: ["*.example.com"] });
  assert.equal((await verdict(strict, configurationOf(provider))).accepted, false);
  assert.equal((await verdict(before(strict), configurationOf(provider))).accepted, true);
  const response = Buffer.from(
    JSON.stringify({
      apiVersion: "credentialprovider.kubelet.k8s.io/v1",
      kind: "CredentialProviderResponse",
      cacheKeyType: "Registry",
      cacheDuration: "1h",
      expires: "never",
    }),
  );
  const decoded = (version: string) =>
    decodePluginResponse(response, "credentialprovider.kubelet.k8s.io/v1", kubeletRules(version));
  assert.throws(() => decoded(strict));
  assert.doesNotThrow(() => decoded(before(strict)));
});

test("an executable without the execute bit: the kubelet does not start, and did one version earlier", async () => {
  const configuration = configurationOf(await initProvider("ecr"));
  const version = since("lookPath");
  assert.equal((await verdict(version, configuration, { binDirMode: 0o755 })).accepted, true);
  assert.equal((await verdict(version, configuration, { binDirMode: 0o644 })).accepted, false);
  const earlier = await verdict(before(version), configuration, { binDirMode: 0o644 });
  assert.equal(earlier.accepted, true);
  assert.ok(earlier.codes.includes("executable-mode"), earlier.codes.join());
});

test("versions before the oldest and after the newest are refused", async () => {
  using place = bench();
  writeFileSync(place.path("config.yaml"), JSON.stringify(configurationOf(await initProvider("ecr"))));
  const code = async (version: string) =>
    (await place.run(["validate", "--kubernetes-version", version, "config.yaml"])).code;
  assert.equal(await code(OLDEST_KUBERNETES), 0);
  assert.equal(await code(LATEST_KUBERNETES), 0);
  assert.equal(await code(before(OLDEST_KUBERNETES)), 2);
  assert.equal(await code(`1.${kubeletRules(LATEST_KUBERNETES).minor + 1}`), 2);
});

/** "" for this file; the path of another test; or `source:` and the source, if no test here can check it. */
type TriedBy = string;

/** Every kind of sentence that names a version, and the test that checks it. */
const CLAIMS: readonly (readonly [pattern: RegExp, triedBy: TriedBy])[] = [
  [/Kubernetes \S* ?or newer[^|]*(?:pod's|token|`tokenAttributes`)|\(Kubernetes \S+ or newer\)/, ""],
  [/`tokenAttributes`|\| `(?:token-attributes-version|token-attributes-ignored|cache-type-missing)`/, ""],
  [/\| Kubernetes \| \S+ or newer on the nodes|Kubernetes \S+, and an issuer/, ""],
  [/lets nodes request the tokens\. Needs Kubernetes/, ""],
  [/directory/, ""],
  [/is strict about this from/, ""],
  [/\| `executable-mode`/, ""],
  [/--kubernetes-version/, ""],
  [/These pages describe Kubernetes/, "tools/docs/src/facts.test.ts"],
  [/log lines below are from kubelet/, "tools/docs/src/snippets.test.ts"],
  [/Before \S+ they begin with/, "tools/kubelet-conformance/src/operator-messages.ts"],
  [/metrics? are alpha|plugin_errors|config_info|hash/, "packages/cli/src/cluster/kubelet-metrics.test.ts"],
  [/\| `executable-missing`/, "packages/kubelet/src/provider/registration.test.ts"],
  [/without `\.exe`/, "packages/kubelet/src/provider/registration.test.ts"],
  [/`old-protocol`/, "packages/cli/src/lint/lints.test.ts"],
  [/Since \S+ the API server lets a node request tokens only/, "source: KEP-4412"],
  [/From \S+ on the$/, "source: KEP-2535"],
  [/In kubeadm before/, "source: kubeadm.k8s.io/v1beta4"],
  [/built-in cloud credentials/, "source: kubernetes/kubernetes#127084"],
  [/cached for a fixed time|ignores a pod's token/, "source: cloud-provider-azure 1.32.4"],
  [/[Cc]ompared (?:it )?with version/, "source: cloud-provider-aws 1.37.1"],
];

describe("every version on a page is tested, or has its source here", () => {
  const NAMED = /(?<![\d.v])1\.(?:2[4-9]|3\d)(?![\d.]*[\dx])/;
  const named = pages()
    .filter((page) => !page.startsWith("api/"))
    .flatMap((page) => {
      const prose = textOf(page)
        .replaceAll(/^ *```[\s\S]*?^ *```$/gm, "")
        .replaceAll(/<!-- facts: [\s\S]*?<!-- end of facts -->/g, "");
      return prose
        .split("\n")
        .filter((line) => NAMED.test(line))
        .map((line) => ({ page, line }));
    });

  test("each is of a known kind", () => {
    assert.ok(named.length > 25, String(named.length));
    for (const { page, line } of named)
      assert.ok(
        CLAIMS.some(([pattern]) => pattern.test(line)),
        `docs/${page} says "${line.trim().slice(0, 160)}": add it to CLAIMS, with a test that tries it`,
      );
  });

  for (const [pattern, triedBy] of CLAIMS) {
    test(`${pattern}`, () => {
      assert.ok(
        named.some(({ line }) => pattern.test(line)),
        "no page says it: remove it",
      );
      if (triedBy !== "" && !triedBy.startsWith("source: "))
        assert.ok(existsSync(join(ROOT, triedBy)), triedBy);
    });
  }
});
