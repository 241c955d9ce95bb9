/** A kubelet with its own root directory, as with RKE1, kind and MicroShift's containers: paths are those that it sees. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { executablePath, RUNTIMES } from "@imagecred/e2e";
import type { DoctorDocument } from "../src/commands/doctor/document.ts";
import type { ExplainDocument } from "../src/commands/explain/document.ts";
import type { ValidateDocument } from "../src/commands/validate/document.ts";
import { notBuilt } from "../src/testing/built.ts";
import { answer } from "../src/testing/plugins.ts";
import { bench } from "../src/testing/run.ts";
import { checkedDocument } from "../src/testing/schemas.ts";

const CONFIG = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: p
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "10m"
    matchImages: ["r.io"]
    args: ["/etc/cloud.conf"]
`;

/** A plugin that needs the files of its argument and variable, at the kubelet's paths. */
const PLUGIN = `#!/bin/sh
test "$(cat "$1")" = in-the-kubelets-root || exit 7
test "$(cat "$SSL_CERT_FILE")" = the-kubelets-authorities || exit 8
${answer({ "r.io": ["user", "pass-word"] })}
`;

/** Below the kubelet's root: path, content, mode. */
const FILES: readonly (readonly [string, string, number])[] = [
  ["etc/real.yaml", CONFIG, 0o644],
  ["etc/cloud.conf", "in-the-kubelets-root", 0o644],
  ["etc/ca.pem", "the-kubelets-authorities", 0o644],
  ["opt/bin/p", PLUGIN, 0o755],
  ["opt/kubelet/kubelet", "#!/bin/sh\necho up\nwhile :; do sleep 60; done\n", 0o755],
];

/**
 * A script that starts a kubelet in a chroot in new namespaces, and then the commands, with one line of output each. The
 * kubelet's configuration is a link that is broken outside its root.
 */
function script(imagecred: string, root: string, commands: readonly (readonly string[])[]): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = commands.map(
    (args) => `${imagecred} ${args.map(quote).join(" ")} -o json | tr -d '\\n'; echo`,
  );
  return `set -e
mount -t proc proc /proc
for one in bin lib lib64 usr proc; do
  test -e /$one || continue
  mkdir -p ${root}/$one && mount --bind /$one ${root}/$one
done
mkdir -p ${root}/dev && mount --bind /dev ${root}/dev
exec 3< <(chroot ${root} env -i SSL_CERT_FILE=/etc/ca.pem PATH=/usr/bin:/bin /opt/kubelet/kubelet /dev/null \\
  --image-credential-provider-config=/etc/link.yaml --image-credential-provider-bin-dir=/opt/bin)
read -r -u 3 up
cd /
${lines.join("\n")}
`;
}

const skip =
  process.geteuid?.() !== 0 ? "it needs root" : !existsSync("/usr/bin/unshare") && "it needs unshare";

for (const runtime of RUNTIMES) {
  describe(`a kubelet with its own root directory, ${runtime}`, {
    skip: notBuilt(runtime, "imagecred") || skip,
  }, () => {
    test("node 1.4, cluster 4: configuration, plugins, arguments and authorities are those below its root", () => {
      using place = bench();
      for (const [path, content, mode] of FILES) {
        mkdirSync(dirname(place.path(path)), { recursive: true });
        writeFileSync(place.path(path), content);
        chmodSync(place.path(path), mode);
      }
      symlinkSync("/etc/real.yaml", place.path("etc/link.yaml"));
      // All directories above the files that root runs must belong to root.
      chmodSync(place.root, 0o755);
      const commands = [
        ["doctor", "r.io/a:1", "--no-registry"],
        ["explain", "r.io/a:1"],
        ["validate"],
        ["hash"],
      ];
      const ran = spawnSync(
        "unshare",
        [
          "--pid",
          "--mount",
          "--fork",
          "--kill-child",
          "bash",
          "-c",
          script(executablePath("imagecred", runtime), place.root, commands),
        ],
        {
          encoding: "utf8",
          env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
          timeout: 60_000,
          killSignal: "SIGKILL",
        },
      );
      const [doctor, explain, validate, hash] = ran.stdout.trim().split("\n").map(checkedDocument);
      const { steps, status } = doctor as unknown as DoctorDocument;
      assert.notEqual(status, "failed", JSON.stringify(steps) + ran.stderr);
      assert.match(steps[0]?.message ?? "", /^\/etc\/link\.yaml: 1 provider/);
      assert.ok(
        steps[0]?.details.some(({ message }) =>
          /its own root directory.*below \/proc\/\d+\/root$/.test(message),
        ),
        JSON.stringify(steps[0]),
      );
      assert.equal(steps.find(({ name }) => name === "credential")?.status, "ok");
      const explained = explain as unknown as ExplainDocument;
      assert.deepEqual(
        [explained.config, explained.binDir, explained.providers[0]?.executable?.usable],
        ["/etc/link.yaml", "/opt/bin", true],
      );
      const [checked] = (validate as unknown as ValidateDocument).configs;
      assert.deepEqual(
        [checked?.config, checked?.accepted, checked?.providers, checked?.findings.map(({ code }) => code)],
        ["/etc/link.yaml", true, ["p"], []],
      );
      assert.match(String(hash?.["hash"]), /^sha256:/);
    });
  });
}
