import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Subject, Suite } from "../suite.ts";

const LEVELS = ["", "debug", "info", "warn", "error", "off", "json", "json,debug", "json,off"];

/** No secret on stderr at any log level, whether the run succeeds or fails. */
export const leaks: Suite = (subject) => {
  describe("secrets on stderr", () => {
    for (const level of LEVELS) {
      test(`none at IMAGECRED_LOG="${level}"`, async () => {
        for (const [what, stderr] of await everyWay(subject, { IMAGECRED_LOG: level })) {
          assert.deepEqual(subject.clouds.secrets.findIn(stderr), [], `${what}: ${stderr}`);
          if (level.endsWith("debug")) assert.match(stderr, /http/, "debug logs each call");
          if (level.startsWith("json"))
            for (const line of stderr.trim().split("\n")) if (line !== "") JSON.parse(line);
          if (level.endsWith("off")) assert.equal(stderr, "");
        }
      });
    }

    test("none when the environment turns on the runtime's own debug output", async () => {
      const talkative = {
        NODE_DEBUG: "*",
        NODE_DEBUG_NATIVE: "*",
        RUST_LOG: "trace",
        LLRT_LOG: "trace",
        SSLKEYLOGFILE: "/dev/stderr",
        DEBUG: "*",
        AZURE_LOG_LEVEL: "verbose",
        GOOGLE_SDK_NODE_LOGGING: "*",
      };
      for (const [what, stderr] of await everyWay(subject, { ...talkative, IMAGECRED_LOG: "debug" })) {
        assert.deepEqual(subject.clouds.secrets.findIn(stderr), [], `${what}: ${stderr}`);
      }
    });
  });
};

/** stderr of each case: without faults, when its last call is refused, and when that call's response is truncated. */
async function everyWay(
  subject: Subject,
  env: Record<string, string>,
): Promise<[what: string, stderr: string][]> {
  const { clouds, scenario } = subject;
  const runs: [string, string][] = [];
  for (const like of scenario.cases) {
    const last = like.calls.at(-1);
    assert.ok(last !== undefined);
    const { service, operation } = last;
    runs.push([`${like.what}, all well`, (await subject.run({ like, env })).stderr]);
    // A server that echoes the request, so the response may contain secrets.
    const body = clouds.requests
      .slice(-3)
      .map(({ headers, body }) => `${JSON.stringify(headers)} ${body}`)
      .join(" ");
    for (const fault of [{ kind: "answer", reply: { status: 403, body } }, { kind: "truncate" }] as const) {
      const active = await clouds.faults.add({ service, operation, fault });
      const change = { like, env: { ...env, IMAGECRED_TIMEOUT: "1s" } };
      runs.push([`${like.what}, ${fault.kind}`, (await subject.run(change)).stderr]);
      await active.remove();
    }
  }
  return runs;
}
