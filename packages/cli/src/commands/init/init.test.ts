import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { DISTRIBUTION_IDS, DISTRIBUTIONS } from "../../distributions/index.ts";
import { CLOUDS } from "../../distributions/types.ts";
import { assertGolden } from "../../testing/golden.ts";
import { bench } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import type { ValidateDocument } from "../validate/document.ts";
import type { InitDocument } from "./document.ts";

const POOL = "projects/1/locations/global/workloadIdentityPools/pool/providers/cluster";
const CLOUD_SETS = ["aws", "azure", "gcp", "aws,azure", "aws,gcp", "gcp,azure", "aws,azure,gcp"];

interface Config {
  readonly apiVersion: string;
  readonly kind: string;
  readonly providers: readonly {
    readonly name: string;
    readonly matchImages: readonly string[];
    readonly args?: readonly string[];
    readonly tokenAttributes?: { readonly serviceAccountTokenAudience: string };
  }[];
}

function podIdentity(clouds: string): readonly string[] {
  return clouds.includes("gcp")
    ? ["--pod-identity", "--gcp-workload-identity-provider", POOL]
    : ["--pod-identity"];
}

for (const distribution of DISTRIBUTION_IDS) {
  test(`${distribution}: the files pass validate, for every set of clouds, with and without pod identity`, async () => {
    using place = bench();
    for (const clouds of CLOUD_SETS) {
      for (const identity of [[], podIdentity(clouds)]) {
        if (distribution === "bottlerocket" && identity.length > 0) continue;
        const directory = `${distribution}-${clouds}-${identity.length}`;
        const made = await place.run([
          "init",
          "--cloud",
          clouds,
          "--distribution",
          distribution,
          "-d",
          directory,
          ...identity,
          "-o",
          "json",
        ]);
        assert.equal(made.code, 0, made.stderr);
        const document = checkedDocument(made.stdout) as unknown as InitDocument;
        assert.equal(document.commands.length, 2);
        for (const { name, content, state } of document.files) {
          assert.equal(state, "created");
          assert.equal(readFileSync(place.path(directory, name), "utf8"), content);
          assert.ok(content.endsWith("\n") && !/\bundefined\b|\[object|NaN/.test(content), content);
        }
        const config = `${directory}/credential-provider-config.yaml`;
        const checked = await place.run([
          "validate",
          config,
          "--kubernetes-version",
          identity.length > 0 ? "1.34" : "1.30",
          "-o",
          "json",
        ]);
        const [report] = (checkedDocument(checked.stdout) as unknown as ValidateDocument).configs;
        // validate always notes which pods use the node's identity.
        const findings = report?.findings.filter((finding) => finding.code !== "identity-rule");
        assert.deepEqual([checked.code, report?.accepted, findings], [0, true, []]);
        for (const { name } of document.files.filter(({ name }) => name.endsWith(".yaml"))) {
          for (const one of parseAllDocuments(readFileSync(place.path(directory, name), "utf8"))) {
            assert.deepEqual(one.errors, [], name);
          }
        }
      }
    }
  });
}

async function documentOf(...args: readonly string[]): Promise<InitDocument> {
  using place = bench();
  const { code, stdout, stderr } = await place.run(["init", ...args, "-o", "json"]);
  assert.equal(code, 0, stderr);
  return checkedDocument(stdout) as unknown as InitDocument;
}

async function filesOf(...args: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return new Map((await documentOf(...args)).files.map(({ name, content }) => [name, content]));
}

const config = (files: ReadonlyMap<string, string>) =>
  parse(files.get("credential-provider-config.yaml") ?? "") as Config;

test("Talos, kOps and OpenShift get the same configuration within their own files", async () => {
  for (const clouds of CLOUD_SETS) {
    const args = ["--cloud", clouds, ...podIdentity(clouds)];
    const talos = await filesOf("--distribution", "talos", ...args);
    const patch = parse(talos.get("machine-config-patch.yaml") ?? "") as {
      machine: { kubelet: { credentialProviderConfig: Config } };
    };
    assert.deepEqual(patch.machine.kubelet.credentialProviderConfig, config(talos));

    const kops = await filesOf("--distribution", "kops", ...args);
    const cluster = parse(kops.get("kops-cluster-patch.yaml") ?? "") as {
      spec: { fileAssets: { content: string }[] };
    };
    assert.deepEqual(parse(cluster.spec.fileAssets[0]?.content ?? ""), config(kops));

    const openshift = await filesOf("--distribution", "openshift", ...args);
    const machine = parse(openshift.get("machine-config.yaml") ?? "") as {
      spec: {
        config: { storage: { files: { path: string; mode: number; contents: { source: string } }[] } };
      };
    };
    assert.equal(machine.spec.config.storage.files.length, 3);
    for (const { mode, contents } of machine.spec.config.storage.files) {
      assert.equal(mode, 0o644);
      const [, body = ""] = contents.source.split(",", 2);
      assert.deepEqual(
        parse(decodeURIComponent(contents.source.slice(contents.source.indexOf(",") + 1))),
        config(openshift),
      );
      assert.ok(!body.includes(" "));
    }
  }
});

test("a distribution can be written as its project writes it", async () => {
  const made = await documentOf("--cloud", "aws", "--distribution", "kOps");
  assert.equal(made.distribution, "kops");
});

test("Bottlerocket's settings have every pattern, and options that they cannot express are rejected", async () => {
  const files = await filesOf("--distribution", "bottlerocket", "--cloud", "aws,gcp");
  const settings = files.get("settings.toml") ?? "";
  for (const { name, matchImages } of config(files).providers) {
    assert.ok(settings.includes(`[settings.kubernetes.credential-providers.${name}]`));
    for (const pattern of matchImages) assert.ok(settings.includes(`  ${JSON.stringify(pattern)},\n`));
  }
  using place = bench();
  const pods = await place.run([
    "init",
    "--cloud",
    "aws",
    "--distribution",
    "bottlerocket",
    "--pod-identity",
  ]);
  assert.equal(pods.code, 2);
  assert.match(pods.stderr, /do not support tokenAttributes/);
  const args = await place.run([
    "init",
    "--cloud",
    "aws",
    "--distribution",
    "bottlerocket",
    "--registry",
    "c.example=123456789012.dkr.ecr.us-east-1.amazonaws.com",
  ]);
  assert.equal(args.code, 2);
  assert.match(args.stderr, /do not support args/);
  assert.equal(existsSync(place.path("imagecred-bottlerocket")), false);
});

test("a file that differs is not overwritten, and no other file is written", async () => {
  using place = bench();
  const args = ["init", "--cloud", "aws", "--distribution", "kubeadm"];
  assert.equal((await place.run(args)).code, 0);
  const again = JSON.parse((await place.run([...args, "-o", "json"])).stdout) as InitDocument;
  assert.ok(again.files.every(({ state }) => state === "unchanged"));
  const file = place.path("imagecred-kubeadm/credential-provider-config.yaml");
  writeFileSync(file, "mine\n");
  const refused = await place.run([...args.slice(0, -1), "kubeadm", "--pod-identity"]);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /credential-provider-config\.yaml already exists with other content, nothing was written; use --force/,
  );
  assert.equal(existsSync(place.path("imagecred-kubeadm/node-audience-rbac.yaml")), false);
  assert.equal(readFileSync(file, "utf8"), "mine\n");
  assert.equal((await place.run([...args, "--force"])).code, 0);
  assert.notEqual(readFileSync(file, "utf8"), "mine\n");
});

test("--stdout prints the configuration and writes nothing", async () => {
  using place = bench();
  const { code, stdout } = await place.run(["init", "--cloud", "gcp", "--distribution", "k3s", "--stdout"]);
  assert.equal(code, 0);
  assert.equal((parse(stdout) as Config).kind, "CredentialProviderConfig");
  assert.equal(existsSync(place.path("imagecred-k3s")), false);
});

test("wrong values are usage errors", async () => {
  using place = bench();
  for (const args of [
    ["init"],
    ["init", "--cloud", "aws"],
    ["init", "--cloud", "oracle", "--distribution", "k3s"],
    ["init", "--cloud", "aws", "--distribution", "minikube"],
    ["init", "--cloud", "", "--distribution", "k3s"],
  ]) {
    const { code, stdout, stderr } = await place.run(args);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.match(stderr, /^imagecred: /);
  }
});

test("human-readable output", async () => {
  using place = bench();
  for (const { id } of DISTRIBUTIONS) {
    const clouds = id === "kops" ? "aws,gcp" : CLOUDS.join(",");
    const { stdout } = await place.run(["init", "--cloud", clouds, "--distribution", id]);
    assertGolden(`init-${id}`, stdout);
  }
  const pods = await place.run([
    "init",
    "--cloud",
    "aws",
    "--distribution",
    "k3s",
    "--pod-identity",
    "-d",
    "pods",
  ]);
  assertGolden("init-pod-identity", pods.stdout);
});

for (const { id, installable, nodeFiles } of DISTRIBUTIONS) {
  test(`${id}: --helm writes values for the chart, or is rejected`, async () => {
    using place = bench();
    const words = ["init", "--cloud", "aws,gcp", "--distribution", id, "--helm", "-d", "out", "-o", "json"];
    const { code, stdout, stderr } = await place.run([...words, ...podIdentity("gcp")]);
    if (!installable) {
      assert.equal(code, 2);
      assert.match(
        stderr,
        id === "bottlerocket" ? /tokenAttributes/ : /--helm: files cannot be installed on running nodes/,
      );
      return;
    }
    const { files, clusterCommands, commands, notes } = JSON.parse(stdout) as InitDocument;
    assert.deepEqual(
      files.map(({ name }) => name),
      ["credential-provider-config.yaml", "helm-values.yaml"],
    );
    const [config, values] = files.map(({ name }) => readFileSync(place.path("out", name), "utf8"));
    const parsed = parse(values ?? "");
    assert.equal(parsed.distribution, id);
    assert.equal(parsed.config, config);
    assert.deepEqual(parsed.audiences, ["sts.amazonaws.com", `https://iam.googleapis.com/${POOL}`]);
    const replaced = nodeFiles.filter(({ merge }) => merge === "replace").map(({ name }) => name);
    assert.deepEqual(Object.keys(parsed.files ?? {}), replaced);
    // The chart contains the ClusterRole.
    assert.deepEqual(clusterCommands, []);
    assert.match(
      commands[0],
      /^helm upgrade --install imagecred oci:\S+ --namespace \S+ --values out\/helm-values.yaml$/,
    );
    assert.ok(
      notes.some((note) => note.includes("restart.enabled=true")),
      notes.join("\n"),
    );
  });
}
