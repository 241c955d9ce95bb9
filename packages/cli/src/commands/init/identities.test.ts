import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { DISTRIBUTION_IDS, distributionById } from "../../distributions/index.ts";
import { assertAcceptedWithMap } from "../../testing/accepted.ts";
import { bench } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import type { MatchDocument } from "../match/document.ts";
import type { InitDocument } from "./document.ts";

const PATH = "/etc/kubernetes/identities.yaml";

for (const distribution of DISTRIBUTION_IDS.filter((id) => id !== "bottlerocket")) {
  test(`${distribution}: the configuration and the --identities file pass validate, for every cloud`, async () => {
    using place = bench();
    for (const clouds of ["aws", "azure", "gcp", "aws,azure,gcp"]) {
      const words = ["--cloud", clouds, "--distribution", distribution, "--identities", PATH, "-d", clouds];
      const made = await place.run(["init", ...words, "-o", "json"]);
      assert.equal(made.code, 0, made.stderr);
      const document = checkedDocument(made.stdout) as unknown as InitDocument;
      assert.ok(document.files.some(({ name }) => name === "identities.yaml"));
      assert.ok(document.notes.some((note) => note.includes(PATH)));
      await assertAcceptedWithMap(place, `${clouds}/credential-provider-config.yaml`);
    }
  });
}

test("the entry that applies to an image of each cloud", async () => {
  using place = bench();
  const words = ["--cloud", "aws,azure,gcp", "--distribution", "kubeadm", "--identities", PATH, "-d", "out"];
  assert.equal((await place.run(["init", ...words])).code, 0);
  const settingsOf = async (image: string) => {
    const { stdout } = await place.run([
      "match",
      "-c",
      "out/credential-provider-config.yaml",
      image,
      "-o",
      "json",
    ]);
    const { providers } = checkedDocument(stdout) as unknown as MatchDocument;
    return providers.find(({ matched }) => matched)?.identities?.deciding?.settings;
  };
  assert.deepEqual(await settingsOf("111122223333.dkr.ecr.eu-west-1.amazonaws.com/app"), {
    roleArn: "arn:aws:iam::111122223333:role/image-pull",
  });
  assert.deepEqual(await settingsOf("partner.azurecr.io/app"), { tenantId: "partner.onmicrosoft.com" });
  assert.equal(await settingsOf("own123.azurecr.io/app"), undefined);
  assert.deepEqual(await settingsOf("gcr.io/team-a/app"), {
    impersonateServiceAccount: "image-puller@team-a.iam.gserviceaccount.com",
  });
  assert.match(readFileSync(place.path("out/credential-provider-config.yaml"), "utf8"), /--identities=\/etc/);
});

test("--helm: the chart puts the file next to the configuration", async () => {
  using place = bench();
  for (const distribution of DISTRIBUTION_IDS) {
    const target = distributionById(distribution);
    if (target?.installable !== true || distribution === "bottlerocket") continue;
    const path = `${target.configPath.replace(/\/[^/]+$/, "")}/identities.yaml`;
    const words = ["--cloud", "aws", "--distribution", distribution, "--helm", "--identities", path];
    const { stdout, stderr } = await place.run(["init", ...words, "-d", distribution, "-o", "json"]);
    assert.equal(stderr, "");
    const { files } = checkedDocument(stdout) as unknown as InitDocument;
    const values = parse(files.find(({ name }) => name === "helm-values.yaml")?.content ?? "");
    assert.match(values.files["identities.yaml"], /kind: ImageIdentities/);
    assert.match(values.config, new RegExp(`--identities=${path}`));
  }
});

test("rejected: no path, a path that the chart does not support, Bottlerocket", async () => {
  using place = bench();
  for (const [words, message] of [
    [
      ["--distribution", "kubeadm", "--identities", "identities.yaml"],
      /expected the path of a file on the nodes/,
    ],
    [
      ["--distribution", "kubeadm", "--identities", "/srv/identities.yaml", "--helm"],
      /with --helm it must be in \/etc\/kubernetes/,
    ],
    [["--distribution", "bottlerocket", "--identities", PATH], /do not support args/],
  ] as const) {
    const { code, stderr } = await place.run(["init", "--cloud", "aws", ...words]);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});
