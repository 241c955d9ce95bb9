import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, utimesSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { RUNTIMES } from "@imagecred/e2e";
import type { DoctorDocument } from "../src/commands/doctor/document.ts";
import { notBuilt, runImagecred } from "../src/testing/built.ts";
import { answer, putConfig, putPlugin } from "../src/testing/plugins.ts";
import { bench } from "../src/testing/run.ts";
import { checkedDocument } from "../src/testing/schemas.ts";

/** The reason to skip if another kubelet runs on this machine: it would be found too. */
function otherKubelet(): string | false {
  const names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = names.find((name) => {
    try {
      return /^(?:kubelet|k3s\S*|rke2)\s*$/.test(readFileSync(`/proc/${name}/comm`, "utf8"));
    } catch {
      // It has exited meanwhile.
      return false;
    }
  });
  return found === undefined ? false : `process ${found} is a kubelet already`;
}

/** The reason to skip in a sandbox that hides namespaces: the tool then ignores all kubelets. */
function hiddenNamespaces(): string | false {
  try {
    readlinkSync("/proc/1/ns/pid");
    return false;
  } catch {
    return "the namespaces of process 1 cannot be seen here";
  }
}

for (const runtime of RUNTIMES) {
  describe(`on a machine with a running kubelet, ${runtime}`, {
    skip: notBuilt(runtime, "imagecred") || otherKubelet() || hiddenNamespaces(),
  }, () => {
    test("its flags, its environment and its start time are used", async () => {
      using place = bench();
      putConfig(place, { name: "p", match: ["r.io"] });
      putPlugin(
        place,
        "p",
        `test "$OF_KUBELET" = "a b" && test -z "$OF_SHELL" || exit 9; ${answer({ "r.io": ["user", "pass-word"] })}`,
      );
      putPlugin(place, "kubelet", "echo up; read end");
      const flags = [
        `--image-credential-provider-config=${place.path("config.yaml")}`,
        "--image-credential-provider-bin-dir",
        place.path("opt/bin"),
      ];
      const kubelet = spawn(place.path("opt/bin/kubelet"), flags, {
        env: { PATH: "/usr/bin:/bin", OF_KUBELET: "a b" },
        stdio: ["pipe", "pipe", "inherit"],
      });
      try {
        await new Promise((resolve) => kubelet.stdout.once("data", resolve));
        const doctor = async () => {
          const ran = await runImagecred(runtime, ["doctor", "r.io/app", "--no-registry", "-o", "json"], {
            cwd: "/",
            env: { OF_SHELL: "x" },
          });
          assert.equal(ran.code, 0, ran.stdout + ran.stderr);
          return (checkedDocument(ran.stdout) as unknown as DoctorDocument).steps[0];
        };
        const fresh = await doctor();
        assert.equal(fresh?.status, "ok", JSON.stringify(fresh));
        assert.deepEqual(
          fresh?.details.map(({ message }) => message),
          [
            `flags of the kubelet that runs here (process ${kubelet.pid})`,
            // It is a shell named kubelet.
            `checked as for the newest known kubelet: kubelet (process ${kubelet.pid}) does not print a known version`,
            `plugins run with the environment of the kubelet (process ${kubelet.pid})`,
          ],
        );
        const later = Date.now() / 1000 + 60;
        writeFileSync(place.path("config.yaml"), readFileSync(place.path("config.yaml")));
        utimesSync(place.path("config.yaml"), later, later);
        const stale = await doctor();
        assert.equal(stale?.status, "warning");
        assert.match(stale?.details[0]?.message ?? "", /config\.yaml changed after the kubelet started/);
      } finally {
        kubelet.stdin.end("\n");
        await new Promise((resolve) => kubelet.once("close", resolve));
      }
    });
  });
}
