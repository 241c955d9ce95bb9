import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { asRoot, CONFIG, install, node, put, refused } from "../../testing/kubeadm-node.ts";
import { putKubelet } from "../../testing/kubelet-process.ts";
import type { Bench } from "../../testing/run.ts";

const DIRECTORY = "etc/kubernetes/providers.d";
const OWN = `${DIRECTORY}/credential-provider-config.yaml`;
const INSTALL = ["install", "--distribution", "kubeadm", "imagecred-kubeadm"];

function provider(name: string, pattern: string): string {
  return `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ${name}
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: 5m
    matchImages: ["${pattern}"]
`;
}

const into = (path: string) => [...INSTALL, "--config-path", `/${path}`];

/** Adds a kubelet that runs with this configuration. */
function runs(place: Bench, config: string): void {
  putKubelet(place, 57, {
    words: [
      "kubelet",
      `--image-credential-provider-config=${config}`,
      "--image-credential-provider-bin-dir=/opt/bin",
    ],
  });
}

describe("a directory of configurations", asRoot, () => {
  test("ours is added to the directory, and the other files stay as they are", async () => {
    using place = await node();
    const other = provider("other-provider", "registry.example.com");
    put(place, `${DIRECTORY}/10-other.yaml`, other);
    await install(place, ...into(DIRECTORY));
    assert.equal(readFileSync(place.path(`${DIRECTORY}/10-other.yaml`), "utf8"), other);
    assert.match(readFileSync(place.path(OWN), "utf8"), /name: ecr-credential-provider/);
    assert.match(
      readFileSync(place.path("etc/default/kubelet"), "utf8"),
      /config=\/etc\/kubernetes\/providers\.d --/,
    );
  });

  test("a provider in two files is an error; --config-path can name the other file", async () => {
    using place = await node();
    const path = `${DIRECTORY}/10-eks.yaml`;
    const two = `${provider("ecr-credential-provider", "mirror.example.com")}${provider("other-provider", "r.example.com").split("providers:\n")[1]}`;
    put(place, path, two);
    const message = await refused(place, into(DIRECTORY));
    assert.match(message, /conflicts with the other files in \/etc\/kubernetes\/providers\.d: /);
    assert.match(message, /install over that file with --config-path \(--merge keeps its other providers\)/);
    assert.equal(existsSync(place.path(OWN)), false);
    put(place, "usr/local/libexec/kubernetes/credential-providers/other-provider", "#!/bin/sh\n", 0o755);
    runs(place, `/${DIRECTORY}`);
    const { notes } = await install(place, ...into(path), "--merge");
    const text = readFileSync(place.path(path), "utf8");
    for (const kept of ["other-provider", "mirror.example.com", "*.dkr.ecr.*.amazonaws.com"])
      assert.ok(text.includes(kept), kept);
    assert.match(
      notes.join("\n"),
      /Kept from \S+10-eks\.yaml: the pattern mirror\.example\.com .*, the provider other-provider/,
    );
    // The kubelet's flag still names the directory.
    assert.match(
      readFileSync(place.path("etc/default/kubelet"), "utf8"),
      /config=\/etc\/kubernetes\/providers\.d --/,
    );
  });

  test("kubelets before 1.34 do not accept directories", async () => {
    using place = await node();
    put(place, `${DIRECTORY}/10-other.yaml`, provider("other-provider", "registry.example.com"));
    assert.match(
      await refused(place, [...into(DIRECTORY), "--kubernetes-version", "1.33"]),
      /providers\.d: .*is a directory/,
    );
  });
});

describe("the distribution's own configuration, at another path than ours", asRoot, () => {
  test("install lists what would be lost; --merge keeps it, and requires its executable", async () => {
    using place = await node();
    put(
      place,
      "etc/eks/config.json",
      JSON.stringify({
        apiVersion: "kubelet.config.k8s.io/v1",
        kind: "CredentialProviderConfig",
        providers: [
          {
            name: "vendors",
            apiVersion: "credentialprovider.kubelet.k8s.io/v1",
            defaultCacheDuration: "12h",
            matchImages: ["v.example.com"],
          },
        ],
      }),
    );
    runs(place, "/etc/eks/config.json");
    const plain = await install(place, ...INSTALL, "--dry-run");
    assert.match(
      plain.notes.join(),
      /The new configuration lacks what \/etc\/eks\/config\.json has: the provider vendors\. --merge keeps/,
    );
    assert.match(
      await refused(place, [...INSTALL, "--merge"]),
      /keeps the provider vendors, but its executable \S+vendors does not exist: the kubelet would not start/,
    );
    put(place, "usr/local/libexec/kubernetes/credential-providers/vendors", "#!/bin/sh\n", 0o755);
    const { notes } = await install(place, ...INSTALL, "--merge");
    assert.match(notes.join(), /Kept from \/etc\/eks\/config\.json: the provider vendors\./);
    assert.match(readFileSync(place.path(CONFIG), "utf8"), /vendors/);
  });
});

test("systems with a read-only root are rejected, with what to do instead", asRoot, async () => {
  for (const [id, name] of [
    ["talos", "Talos"],
    ["bottlerocket", "Bottlerocket"],
  ] as const) {
    using place = await node();
    put(place, "etc/os-release", `NAME="${name}"\nID=${id}\n`);
    assert.match(
      await refused(place),
      new RegExp(
        `this is ${name}: its root is read-only, .*; use imagecred init --distribution ${id} instead`,
      ),
    );
  }
});

test("a dry run redacts secrets of configurations", asRoot, async () => {
  using place = await node();
  const secret = "abcdEFGH0123456789abcdEFGH0123456789abcd";
  const config = readFileSync(place.path("imagecred-kubeadm/credential-provider-config.yaml"), "utf8");
  put(place, CONFIG, `${config}    env: [{name: AWS_SECRET_ACCESS_KEY, value: "${secret}"}]\n`);
  const { stdout } = await place.run([...INSTALL, "--dry-run"]);
  assert.match(stdout, /^-.*AWS_SECRET_ACCESS_KEY, value: "\[redacted\]"/m);
  assert.ok(!stdout.includes(secret));
});

test("a file of which only the group changes is reported as changed", asRoot, async () => {
  using place = await node();
  await install(place);
  const { chownSync } = await import("node:fs");
  chownSync(place.path(CONFIG), 0, 50);
  const { stdout } = await place.run([...INSTALL, "--dry-run"]);
  assert.match(stdout, /^owner of \S+credential-provider-config\.yaml: 0:50 -> 0:0$/m);
  assert.equal((await install(place)).files.find(({ role }) => role === "config")?.state, "replaced");
});
