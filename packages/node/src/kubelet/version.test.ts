import assert from "node:assert/strict";
import { chmodSync, chownSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ProgramRequest, ProgramResult } from "@imagecred/protocol";
import { nodeFiles } from "../files/nodejs.ts";
import { rootedFiles } from "../files/rooted-files.ts";
import { asRoot } from "../testing/privileges.ts";
import { temporary } from "../testing/temporary.ts";
import { kubeletVersion } from "./version.ts";

const OUTPUTS: readonly (readonly [output: string, version: string | undefined])[] = [
  ["Kubernetes v1.37.2\n", "1.37.2"],
  ["Kubernetes v1.34.1+rke2r1\n", "1.34.1+rke2r1"],
  ["k3s version v1.34.1+k3s1 (24fc436e)\ngo version go1.24.6\n", "1.34.1+k3s1"],
  ["GNU bash, version 5.2.15(1)-release\n", undefined],
  ["", undefined],
];

test(
  "the version comes from the running program; root runs only files of root",
  asRoot("chown"),
  async () => {
    using place = temporary();
    const file = place.write("kubelet", "", 0o755);
    place.write("proc/57/comm", "kubelet\n");
    symlinkSync("/kubelet", join(place.path, "proc/57/exe"));
    const files = rootedFiles(nodeFiles, place.path);
    const kubelet = {
      pid: 57,
      program: "kubelet",
      title: "kubelet (process 57)",
      files,
      executable: "/kubelet",
    } as const;
    const requests: ProgramRequest[] = [];
    const version = (output: string) =>
      kubeletVersion(files, kubelet, async (request): Promise<ProgramResult> => {
        requests.push(request);
        const stdout = new TextEncoder().encode(output);
        return {
          status: 0,
          signal: null,
          timedOut: false,
          stdoutTruncated: false,
          outputHeld: false,
          stdout,
          stderr: "",
        };
      });
    for (const [output, expected] of OUTPUTS) {
      const found = await version(output);
      assert.equal(found.state === "known" ? found.version : undefined, expected, output);
    }
    assert.deepEqual(
      [requests[0]?.file, requests[0]?.args, requests[0]?.env],
      ["/proc/57/exe", ["--version"], {}],
    );
    requests.length = 0;
    chmodSync(file, 0o757);
    const writable = await version("Kubernetes v1.37.2\n");
    chmodSync(file, 0o755);
    chownSync(file, 1000, 0);
    const owned = await version("Kubernetes v1.37.2\n");
    for (const found of [writable, owned]) {
      assert.match(
        found.state === "unknown" ? found.reason : "",
        /is writable by users other than root, so it is not run/,
      );
    }
    assert.deepEqual(requests, []);
  },
);

test("MicroK8s' kubelite: the version of its snap", async () => {
  using place = temporary();
  place.write("snap/microk8s/9072/meta/snap.yaml", "name: microk8s\nversion: v1.34.1\nsummary: x\n");
  const files = rootedFiles(nodeFiles, place.path);
  const executable = "/snap/microk8s/9072/kubelite";
  const found = await kubeletVersion(
    files,
    { pid: 5, program: "kubelite", title: "kubelite", files, executable },
    async () => {
      throw new Error("nothing is run");
    },
  );
  assert.equal(found.state === "known" && found.version, "1.34.1");
});
