import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { matchImage } from "@imagecred/kubelet";
import fc from "fast-check";
import type { ValidateDocument } from "../commands/validate/document.ts";
import { bench } from "../testing/run.ts";
import { isRegistry, KNOWN_PLUGINS, type KnownPlugin, pluginByName } from "./known-plugins.ts";

const CODES = ["too-wide", "foreign-registry", "wrong-plugin", "unknown-registry", "short-name"];

/** The lints that validate reports for each pattern of a provider. */
async function verdicts(
  plugin: KnownPlugin,
  patterns: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  using place = bench();
  // One provider per pattern, so that no pattern is covered by another; names with another suffix are the same plugin's.
  const providers = patterns.map(
    (pattern, index) => `  - name: ${plugin.name}-${index}
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "10m"
    matchImages: [${JSON.stringify(pattern)}]
`,
  );
  writeFileSync(
    place.path("config.yaml"),
    `apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n${providers.join("")}`,
  );
  const { stdout } = await place.run(["validate", "config.yaml", "-o", "json"]);
  const findings = (JSON.parse(stdout) as ValidateDocument).configs[0]?.findings ?? [];
  const codes = new Map<string, string[]>(patterns.map((pattern) => [pattern, []]));
  for (const { code, line } of findings) {
    if (!CODES.includes(code) || line === null) continue;
    // Four lines for each provider, after three for the file.
    codes.get(patterns[Math.floor((line - 4) / 4)] ?? "")?.push(code);
  }
  return codes;
}

const word = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}[a-z0-9]$/);
const odd = fc.oneof(word, fc.constantFrom("12345678901", "eu-west", "dkr", "geo", "rep", "a"));

/** Valid values for the wildcards of each plugin's forms, in order. */
const FITTING: Readonly<Record<KnownPlugin["cloud"], readonly fc.Arbitrary<string>[]>> = {
  aws: [
    fc.stringMatching(/^[0-9]{12}$/),
    fc.constantFrom(
      "eu-west-1",
      "us-gov-west-1",
      "cn-north-1",
      "us-east-2",
      "us-isob-east-1",
      "eusc-de-east-1",
    ),
  ],
  azure: [fc.stringMatching(/^[a-z0-9]{5,9}$/), fc.constantFrom("westeurope", "eastus2")],
  gcp: [
    fc.constantFrom("us", "us-docker", "europe-west1-docker", "us-east4"),
    fc.constantFrom("berlin-build0"),
  ],
};

/** A host like a plugin's: one of its forms filled in, sometimes with a label changed or left out. */
function hosts({ cloud, hostForms }: KnownPlugin): fc.Arbitrary<string> {
  const values = FITTING[cloud].map((fitting) =>
    fc.oneof({ weight: 6, arbitrary: fitting }, { weight: 1, arbitrary: odd }),
  );
  return fc
    .tuple(
      fc.constantFrom(...hostForms.patterns),
      fc.tuple(...values),
      fc.option(fc.tuple(fc.nat({ max: 6 }), fc.option(odd)), { freq: 2 }),
    )
    .map(([form, filled, change]) => {
      let next = 0;
      const labels = form.replaceAll("*", () => filled[next++ % filled.length] ?? "x").split(".");
      if (change !== null) {
        const [at, other] = change;
        labels.splice(at % labels.length, 1, ...(other === null ? [] : [other]));
      }
      return labels.join(".");
    })
    .filter((host) => host !== "" && !host.startsWith("."));
}

for (const plugin of KNOWN_PLUGINS) {
  test(`${plugin.name}: validate and the plugin's own parser agree on a thousand hosts`, async () => {
    const sample = [...new Set(fc.sample(hosts(plugin), { numRuns: 1400, seed: 20261127 }))].slice(0, 1000);
    assert.ok(sample.length > 600, `${sample.length}`);
    let accepted = 0;
    for (const [host, codes] of await verdicts(plugin, sample)) {
      const ours = isRegistry(plugin.read({ args: [], env: {} }).parseHost(host));
      if (ours) accepted++;
      assert.equal(codes.length === 0, ours, `${host}: ${codes.join(", ")}`);
    }
    // Neither side of the comparison is empty.
    assert.ok(accepted > 50 && accepted < sample.length - 50, `${accepted} of ${sample.length}`);
  });

  test(`${plugin.name}: a pattern without a finding matches only registries of the plugin`, async () => {
    const patterns = hosts(plugin).chain((host) =>
      fc.subarray([...host.split(".").keys()]).map((wild) =>
        host
          .split(".")
          .map((label, index) => (wild.includes(index) ? "*" : label))
          .join("."),
      ),
    );
    const sample = [...new Set(fc.sample(patterns, { numRuns: 1400, seed: 7 }))].slice(0, 1000);
    const reading = plugin.read({ args: [], env: {} });
    const examples = fc.sample(hosts(plugin), { numRuns: 400, seed: 11 });
    const seen = { fine: 0, wide: 0, foreign: 0 };
    for (const [pattern, codes] of await verdicts(plugin, sample)) {
      const matched = examples.filter((host) => matchImage(pattern, `${host}/app`).matched);
      const ours = matched.filter((host) => isRegistry(reading.parseHost(host)));
      if (codes.length === 0) {
        seen.fine++;
        // A form has a wildcard for a region or a name, whose characters the parser also checks.
        const form = plugin.hostForms.patterns.some((one) =>
          matched.every((host) => matchImage(one, `${host}/app`).matched),
        );
        assert.ok(form || matched.length === ours.length, `${pattern} also matches ${matched.join(", ")}`);
      } else if (codes.includes("too-wide")) {
        seen.wide++;
      } else {
        seen.foreign++;
        assert.deepEqual(ours, [], `${pattern} has ${codes.join(", ")}`);
      }
    }
    assert.ok(seen.fine > 20 && seen.wide > 20 && seen.foreign > 20, JSON.stringify(seen));
  });

  test(`${plugin.name}: arguments are checked by the plugin's parser`, () => {
    const names = Object.keys(plugin.flags);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...names.map((name) => `--${name}`), "--nonsense", "x=y")),
        (args) => {
          const { problem } = plugin.read({ args, env: {} });
          assert.ok(problem === undefined || problem.length > 0);
        },
      ),
    );
    assert.match(plugin.read({ args: ["--nonsense"], env: {} }).problem ?? "", /unknown flag --nonsense/);
  });
}

test("names: ours, those that ours replace, suffixes of links, Windows", () => {
  const names = {
    "ecr-credential-provider": "aws",
    "acr-credential-provider-china": "azure",
    "auth-provider-gcp": "gcp",
    "gcr-credential-provider.exe": "gcp",
    "ecr-credential-providers": undefined,
    custom: undefined,
  };
  for (const [name, cloud] of Object.entries(names)) assert.equal(pluginByName(name)?.cloud, cloud, name);
});
