import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { anyExecutable } from "@imagecred/workspace";
import { goMissing } from "../src/go-build.ts";
import { Scratch } from "../src/provider-config.ts";
import { EveryKubelet, RELEASES, type Release } from "../src/releases.ts";

const imagecred = anyExecutable("imagecred");
const skip = goMissing() ?? (imagecred === undefined ? "imagecred is not built (npm run build)" : false);

const DISTRIBUTIONS = [
  "kubeadm",
  "k3s",
  "rke2",
  "talos",
  "kops",
  "eks",
  "bottlerocket",
  "aks",
  "gce",
  "gke",
  "openshift",
  "microk8s",
  "k0s",
  "kind",
];

interface Written {
  readonly files: readonly { readonly name: string; readonly content: string; readonly about: string }[];
}

describe("a kubelet starts with the files of `imagecred init`", { skip }, () => {
  let scratch: Scratch;
  let binDir: string;
  let kubelets: EveryKubelet;

  before(async () => {
    scratch = await Scratch.make();
    binDir = join(scratch.path, "bin");
    await mkdir(binDir);
    kubelets = await EveryKubelet.start();
  });
  after(async () => {
    await kubelets[Symbol.asyncDispose]();
    await scratch[Symbol.asyncDispose]();
  });

  async function written(...args: string[]): Promise<Written> {
    assert.ok(imagecred);
    const { stdout } = await promisify(execFile)(imagecred, ["init", "--output", "json", ...args], {
      env: {},
      cwd: scratch.path,
    });
    return JSON.parse(stdout) as Written;
  }

  /** Every CredentialProviderConfig among the files is registered, with an executable for each name in it. */
  async function registered(release: Release, { files }: Written): Promise<number> {
    let providers = 0;
    for (const { name, content } of files.filter((file) =>
      /^kind: CredentialProviderConfig$/m.test(file.content),
    )) {
      for (const [, plugin = ""] of content.matchAll(
        /^ *(?:- )?name: "?([\w-]+-(?:credential-provider|provider-gcp))"?$/gm,
      )) {
        await writeFile(join(binDir, plugin), "#!/bin/sh\n", { mode: 0o755 });
      }
      const answer = await kubelets
        .of(release)
        .register(await scratch.write(name.replaceAll("/", "-"), content), binDir);
      assert.equal(answer.error, null, content);
      providers += answer.registered;
    }
    return providers;
  }

  for (const distribution of DISTRIBUTIONS) {
    const clouds = ["aws", "azure", "gcp"].filter((cloud) => distribution !== "kops" || cloud !== "azure");
    test(`${distribution}: every release`, async () => {
      const files = await written(
        "--cloud",
        clouds.join(),
        "--distribution",
        distribution,
        "-d",
        distribution,
      );
      for (const release of RELEASES) assert.equal(await registered(release, files), clouds.length, release);
    });
  }

  test("with the pods' identities: the releases that have them by default", async () => {
    const files = await written(
      "--cloud",
      "aws,azure,gcp",
      "--distribution",
      "kubeadm",
      "--pod-identity",
      "--gcp-workload-identity-provider",
      "projects/123456789012/locations/global/workloadIdentityPools/pool/providers/provider",
      "-d",
      "pods",
    );
    for (const release of ["1.37", "1.34"] as const)
      assert.equal(await registered(release, files), 3, release);
    assert.ok(files.files.some(({ content }) => content.includes("tokenAttributes:")));
    assert.ok(files.files.some(({ content }) => content.includes("request-serviceaccounts-token-audience")));
  });
});
