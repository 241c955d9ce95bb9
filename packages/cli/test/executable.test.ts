import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { executablePath, RUNTIMES } from "@imagecred/e2e";
import { notBuilt, runImagecred } from "../src/testing/built.ts";
import { asRoot, COMMAND, node, put } from "../src/testing/kubeadm-node.ts";
import { answer, PLACES, putConfig, putPlugin } from "../src/testing/plugins.ts";
import { bench } from "../src/testing/run.ts";
import { checkedDocument } from "../src/testing/schemas.ts";
import { treeOf } from "../src/testing/tree.ts";

const CONFIGS = join(import.meta.dirname, "testdata/configs");
const START_MS = 30;

for (const runtime of RUNTIMES) {
  describe(`imagecred, ${runtime}`, { skip: notBuilt(runtime, "imagecred") }, () => {
    test("has the same output and exit code as the sources", async () => {
      using place = bench();
      for (const name of ["fine", "slips", "refused"])
        copyFileSync(join(CONFIGS, `${name}.yaml`), place.path(`${name}.yaml`));
      const commands: readonly (readonly string[])[] = [
        [],
        ["--help"],
        ["init", "--help"],
        ["help", "doctor"],
        ["bogus"],
        ["validat"],
        ["init"],
        ["validate", "-o", "yaml"],
        ["validate", "fine.yaml"],
        ["validate", "slips.yaml"],
        ["validate", "slips.yaml", "-o", "json"],
        ["validate", "refused.yaml"],
        ["validate", "gone.yaml"],
        ["match", "-c", "fine.yaml", "us-docker.pkg.dev/p/r/app:v1"],
        ["match", "-c", "fine.yaml", "nginx", "-o", "json"],
        ["explain", "-c", "fine.yaml", "us-docker.pkg.dev/p/r/app:v1", "-b", "opt/bin"],
        ["hash", "fine.yaml"],
        ["nodes", "--kubeconfig", "gone"],
        ["uninstall", "--wait", "1m"],
        ["completion", "bash"],
        ["completion", "zsh"],
        ["completion", "fish"],
        ...["kubeadm", "k3s", "talos", "kops", "eks", "bottlerocket", "aks", "gce", "openshift"].map(
          (one) => ["init", "--cloud", "aws,azure,gcp", "--distribution", one, "-o", "json"],
        ),
      ];
      for (const args of commands) {
        const expected = await place.run(args);
        const ran = await runImagecred(runtime, args, { cwd: place.root });
        // The run from source has already written the files.
        const settled = (text: string) => text.replaceAll('"state": "created"', '"state": "unchanged"');
        assert.equal(ran.stderr, expected.stderr, args.join(" "));
        assert.equal(settled(ran.stdout), settled(expected.stdout), args.join(" "));
        assert.equal(ran.code, expected.code, args.join(" "));
      }
    });

    test("installs below a root, and uninstalls byte for byte", asRoot, async () => {
      using place = await node();
      for (const path of ["image/etc/default/kubelet", "image/usr/lib/os-release", "image/var/lib/x"])
        put(place, path, "A=b\n");
      const was = treeOf(place.root);
      const command = [...COMMAND, "--root", "image"];
      const run = async (...args: readonly string[]) => {
        const ran = await runImagecred(runtime, args, { cwd: place.root });
        assert.equal(ran.code, 0, ran.stderr);
        return ran.stdout;
      };
      assert.match(await run(...command, "--dry-run"), /^\+KUBELET_EXTRA_ARGS="--image-credential/m);
      assert.deepEqual(treeOf(place.root), was);
      assert.match(await run(...command), /^Installed:/);
      assert.match(await run(...command), /Everything was already installed/);
      assert.match(await run("uninstall", "--root", "image"), /^Uninstalled:/);
      assert.deepEqual(treeOf(place.root), was);
    });

    test("runs a plugin, and reads its response", async () => {
      using place = bench();
      putConfig(place, {
        name: "p",
        match: ["r.io"],
        more: ["args: [one, 'two words']", "env: [{name: X, value: why}]"],
      });
      putPlugin(
        place,
        "p",
        `test "$2 $X $Z" = "two words why z" || exit 9; ${answer({ "r.io": ["user", "pass-word"] })}`,
      );
      const env = { Z: "z" };
      const ran = await runImagecred(
        runtime,
        ["get", "r.io/app", ...PLACES, "--env-from", "shell", "--reveal", "-o", "json"],
        { cwd: place.root, env },
      );
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      const [credential] = checkedDocument(ran.stdout)["credentials"] as Record<string, unknown>[];
      assert.equal(credential?.["password"], "pass-word");
      putPlugin(place, "p", "echo 'in words' >&2; kill -TERM $$");
      const failed = await runImagecred(runtime, ["get", "r.io/app", ...PLACES, "--env-from", "shell"], {
        cwd: place.root,
        env,
      });
      assert.equal(failed.code, 1);
      assert.match(failed.stdout.replaceAll(/\s+/g, " "), /signal: terminated: in words/);
    });

    test("installs as root", {
      skip: process.geteuid?.() === 0 ? false : "only root can create files owned by root",
    }, async () => {
      using place = bench();
      for (const directory of ["image/etc/kubernetes", "image/etc/default", "image/usr"])
        mkdirSync(place.path(directory), { recursive: true });
      chmodSync(place.path("image"), 0o755);
      await place.run(["init", "--cloud", "gcp", "--distribution", "kubeadm"]);
      const content = "#!/bin/sh\nexit 0\n";
      writeFileSync(place.path("imagecred-kubeadm/gcr-credential-provider"), content);
      writeFileSync(
        place.path("imagecred-kubeadm/SHA256SUMS"),
        `${createHash("sha256").update(content).digest("hex")}  gcr-credential-provider\n`,
      );
      const args = [
        "install",
        "--distribution",
        "kubeadm",
        "--root",
        place.path("image"),
        "imagecred-kubeadm",
        "-o",
        "json",
      ];
      const ran = await runImagecred(runtime, args, { cwd: place.root });
      assert.equal(ran.code, 0, ran.stderr + ran.stdout);
      const files = checkedDocument(ran.stdout)["files"] as { to: string; state: string }[];
      assert.deepEqual(
        files.map(({ state }) => state),
        ["installed", "installed", "installed"],
      );
      for (const { to } of files) assert.equal(statSync(to).uid, 0);
      assert.equal(readFileSync(files[0]?.to ?? "", "utf8"), content);
      assert.equal(statSync(files[0]?.to ?? "").mode & 0o7777, 0o755);
      const again = await runImagecred(runtime, args, { cwd: place.root });
      assert.ok(
        (checkedDocument(again.stdout)["files"] as { state: string }[]).every(
          ({ state }) => state === "unchanged",
        ),
      );
      writeFileSync(place.path("imagecred-kubeadm/gcr-credential-provider"), "#!/bin/sh\ntampered\n");
      assert.match(
        (await runImagecred(runtime, args.slice(0, -2), { cwd: place.root })).stderr,
        /it is damaged or of another version/,
      );
      chmodSync(place.path("image/usr"), 0o777);
      writeFileSync(place.path("imagecred-kubeadm/gcr-credential-provider"), content);
      const unsafe = await runImagecred(runtime, args.slice(0, -2), { cwd: place.root });
      assert.match(unsafe.stderr, /image\/usr is writable by all users/);
    });

    test("a reader that has exited is not a defect", () => {
      using place = bench();
      // A pipe whose only reader has closed it before the tool starts.
      const script = `mkfifo p; exec 3<>p 4>p 3<&-; "${executablePath("imagecred", runtime)}" completion zsh >&4`;
      const { status, stderr } = spawnSync("/bin/sh", ["-c", script], { cwd: place.root, encoding: "utf8" });
      assert.deepEqual([status, stderr], [1, ""]);
    });
  });
}

test(`starts in under ${START_MS} ms`, { skip: notBuilt("static", "imagecred") }, () => {
  const file = executablePath("imagecred", "static");
  const once = (args: readonly string[]) => {
    const started = performance.now();
    const { status } = spawnSync(file, [...args], { stdio: "ignore" });
    assert.equal(status, 0);
    return performance.now() - started;
  };
  for (const args of [
    ["--version"],
    ["--help"],
    ["completion", "bash"],
    ["hash", join(CONFIGS, "fine.yaml")],
  ]) {
    // The best of several runs, because the machine can be busy.
    const best = Math.min(...Array.from({ length: 15 }, () => once(args)));
    assert.ok(best < START_MS, `${args.join(" ")}: ${best.toFixed(1)} ms`);
  }
});
