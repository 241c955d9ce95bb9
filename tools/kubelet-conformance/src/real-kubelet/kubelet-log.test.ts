import assert from "node:assert/strict";
import { test } from "node:test";
import { parseKubeletLog } from "./kubelet-log.ts";

test("entries of a kubelet's log, with values of several lines and an end that is not written yet", () => {
  const output = [
    'I1124 09:00:00.000001   12345 plugins.go:65] "Registered credential provider" provider="a"',
    'E1124 09:00:01.000001   12345 plugin.go:412] "Failed to provide credentials for image" err=<',
    "\texit status 1: a: b",
    ' > provider="a"',
    "E1124 09:00:02.000001   12345 plugin.go:412] unfinis",
  ].join("\n");
  assert.deepEqual(parseKubeletLog(output), [
    { severity: "I", text: '"Registered credential provider" provider="a"' },
    {
      severity: "E",
      text: '"Failed to provide credentials for image" err=<\n\texit status 1: a: b\n > provider="a"',
    },
  ]);
});
