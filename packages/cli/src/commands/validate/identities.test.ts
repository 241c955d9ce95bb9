import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { type Bench, bench } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import type { ValidateDocument } from "./document.ts";

const GOOD = `apiVersion: imagecred.dev/v1alpha1
kind: ImageIdentities
identities:
  - registries: ["*.dkr.ecr.*.amazonaws.com"]
    aws: {roleArn: "arn:{partition}:iam::{account}:role/pull"}
`;
const BAD = GOOD.replace("{account}", "{acct}");

const CONFIG = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "6h"
    matchImages: ["*.dkr.ecr.*.amazonaws.com"]
    args: [--identities=/etc/kubernetes/identities.yaml]
`;

async function validate(place: Bench, ...args: readonly string[]) {
  const { stdout, stderr, code } = await place.run(["validate", ...args, "-o", "json"]);
  assert.notEqual(stdout, "", stderr);
  return { code, document: checkedDocument(stdout) as unknown as ValidateDocument };
}

test("an --identities file by itself", async () => {
  using place = bench();
  writeFileSync(place.path("good.yaml"), GOOD);
  writeFileSync(place.path("bad.yaml"), BAD);
  const good = await validate(place, "good.yaml");
  assert.deepEqual([good.code, good.document.configs[0]?.accepted], [0, true]);
  assert.equal(good.document.configs[0]?.contains, "ImageIdentities");
  const bad = await validate(place, "bad.yaml");
  assert.deepEqual([bad.code, bad.document.configs[0]?.accepted], [1, false]);
  assert.deepEqual(
    bad.document.configs[0]?.findings.map(({ file, line, column, code, message }) => [
      file,
      line,
      column,
      code,
      message,
    ]),
    [
      [
        "bad.yaml",
        5,
        20,
        "identity-map",
        "aws.roleArn has {acct} at character 22, expected {account}, {region} or {partition}",
      ],
    ],
  );
  const human = await place.run(["validate", "bad.yaml"]);
  assert.match(human.stdout, /^bad\.yaml:5:20: error: aws\.roleArn has \{acct\}/);
  assert.match(
    human.stdout,
    /bad\.yaml: 1 error\. The plugins reject it: every pull through a plugin that uses it fails\./,
  );
  const accepted = await place.run(["validate", "good.yaml"]);
  assert.match(accepted.stdout, /good\.yaml\. The plugins of this version accept it\./);
});

test("an --identities file in JSON, and one that is not valid YAML", async () => {
  using place = bench();
  const identities = [{ registries: ["r.io"] }];
  const file = { kind: "ImageIdentities", apiVersion: "imagecred.dev/v1alpha1", identities };
  writeFileSync(place.path("map.json"), JSON.stringify(file));
  writeFileSync(place.path("broken.yaml"), `${GOOD}  - registries: [\n`);
  const { document } = await validate(place, "map.json", "broken.yaml");
  assert.deepEqual(
    document.configs.map(({ contains, accepted }) => [contains, accepted]),
    [
      ["ImageIdentities", true],
      ["ImageIdentities", false],
    ],
  );
});

test("with the configuration that names it: in its directory, on the command line, at its path", async () => {
  for (const [where, args] of [
    ["identities.yaml", ["config.yaml"]],
    ["elsewhere-identities.yaml", ["config.yaml"]],
  ] as const) {
    using place = bench();
    writeFileSync(place.path("config.yaml"), CONFIG);
    writeFileSync(place.path(where), BAD);
    const { document } = await validate(place, ...args);
    const codes = document.configs[0]?.findings.map(({ file, code }) => [file?.replace(/^.*\//, ""), code]);
    const expected =
      where === "identities.yaml"
        ? ["identities.yaml", "identity-map"]
        : ["config.yaml", "identity-map-not-seen"];
    assert.deepEqual(codes, [expected]);
  }
  using place = bench();
  writeFileSync(place.path("config.yaml"), CONFIG.replace("identities.yaml", "prod.yaml"));
  mkdirSync(place.path("maps"));
  writeFileSync(place.path("maps/prod.yaml"), BAD);
  const { document } = await validate(place, "config.yaml", "maps/prod.yaml");
  // It belongs to the configuration, so it is not checked a second time by itself.
  assert.equal(document.configs.length, 1);
  assert.deepEqual(document.configs[0]?.identityMaps, ["maps/prod.yaml"]);
  assert.deepEqual(
    document.configs[0]?.findings.map(({ code }) => code),
    ["identity-map"],
  );
});

test("an entry that never applies, in the file that the configuration names", async () => {
  using place = bench();
  writeFileSync(place.path("config.yaml"), CONFIG);
  writeFileSync(
    place.path("identities.yaml"),
    `${GOOD}  - registries: ["123456789012.dkr.ecr.eu-west-1.amazonaws.com"]\n`,
  );
  const { document } = await validate(place, "config.yaml");
  const [finding] = document.configs[0]?.findings ?? [];
  assert.deepEqual([finding?.code, finding?.line, finding?.column], ["identity-unreachable", 6, 18]);
  assert.match(finding?.file ?? "", /identities\.yaml$/);
});

test("a map that gives pods an identity needs no annotation", async () => {
  using place = bench();
  const token =
    "    tokenAttributes: {serviceAccountTokenAudience: sts.amazonaws.com, cacheType: ServiceAccount, requireServiceAccount: false}\n";
  writeFileSync(place.path("config.yaml"), CONFIG + token);
  writeFileSync(place.path("identities.yaml"), GOOD);
  const codes = async () =>
    (await validate(place, "config.yaml", "--kubernetes-version", "1.35")).document.configs[0]?.findings.map(
      ({ code }) => code,
    );
  assert.deepEqual(await codes(), ["identity-not-passed"]);
  writeFileSync(place.path("identities.yaml"), GOOD.replace("roleArn", "podRoleArn"));
  assert.deepEqual(await codes(), []);
});

test("--fix applies unambiguous fixes to the --identities file", async () => {
  using place = bench();
  writeFileSync(place.path("config.yaml"), CONFIG);
  writeFileSync(place.path("identities.yaml"), GOOD.replace('role/pull"', 'role/pull", externalId: 0123'));
  const { document, code } = await validate(place, "config.yaml", "--fix");
  assert.equal(code, 0, JSON.stringify(document));
  assert.match(readFileSync(place.path("identities.yaml"), "utf8"), /externalId: "0123"/);
  assert.equal(document.fixed.length, 1);
  assert.ok(readdirSync(place.root).some((name) => name.startsWith("identities.yaml.")));
});

test("in SARIF, GitHub's annotations and JUnit", async () => {
  using place = bench();
  writeFileSync(place.path("bad.yaml"), BAD);
  for (const [format, text] of [
    ["sarif", '"uri": "bad.yaml"'],
    ["github", "::error file=bad.yaml,line=5,col=20,title=imagecred identity-map::"],
    ["junit", "identity-map"],
  ] as const) {
    const { stdout } = await place.run(["validate", "bad.yaml", "-o", format]);
    assert.ok(stdout.includes(text), stdout);
  }
});
