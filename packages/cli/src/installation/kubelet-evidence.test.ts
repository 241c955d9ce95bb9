import assert from "node:assert/strict";
import { test } from "node:test";
import { logFiles, reasonInLog, rejectsPlugins } from "./kubelet-evidence.ts";

const STARTED = 'I1127 08:00:00.000000     812 server.go:525] "Kubelet version" kubeletVersion="v1.37.2"';
const REFUSED =
  'E1127 08:00:01.000000     812 kubelet.go:380] "Failed to register CRI auth plugins" err="plugin binary executable /bin/x did not exist"';
const LAST =
  'E1127 08:00:02.000000     812 run.go:72] "command failed" err="failed to run Kubelet: it is \\"broken\\""';

test("the reason is from the kubelet's log, preferably from a line about plugins", () => {
  const cases: readonly (readonly [readonly string[], boolean, string | undefined])[] = [
    [
      [STARTED, REFUSED, ""],
      true,
      "Failed to register CRI auth plugins: plugin binary executable /bin/x did not exist",
    ],
    [
      [STARTED, REFUSED, LAST],
      true,
      "Failed to register CRI auth plugins: plugin binary executable /bin/x did not exist",
    ],
    [[STARTED, LAST], false, 'command failed: failed to run Kubelet: it is "broken"'],
    [
      ["Error: unknown flag: --image-credential-provider-bin"],
      true,
      "Error: unknown flag: --image-credential-provider-bin",
    ],
    [[STARTED, "out of words"], false, "out of words"],
    [[""], false, undefined],
    [[], false, undefined],
    // A kubelet logs this at every start; it is not an error.
    [
      ['I1127 08:00:00.0 8 flags.go:64] FLAG: --image-credential-provider-config=""'],
      false,
      'FLAG: --image-credential-provider-config=""',
    ],
  ];
  for (const [log, refuses, reason] of cases) {
    assert.equal(rejectsPlugins(log), refuses, log.join("\n"));
    assert.equal(reasonInLog(log), reason, log.join("\n"));
  }
});

test("log files of a unit", () => {
  const unit =
    "[Service]\nExecStart=/usr/bin/kubelet\nStandardOutput=append:/var/log/kubelet.log\nStandardError=inherit\n";
  assert.deepEqual(logFiles([unit, "[Service]\nStandardError=file:/var/log/other.log\n", unit]), [
    "/var/log/kubelet.log",
    "/var/log/other.log",
  ]);
  assert.deepEqual(logFiles(["[Service]\nStandardOutput=journal\n"]), []);
});
