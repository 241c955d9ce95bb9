/**
 * A large token from the metadata service, in a run that ends with an error: every secret is searched for in the error's text and in the
 * response, and that must not take longer than the rest of the run. The two JavaScript engines do it at different speeds.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startClouds } from "@imagecred/fake-clouds";
import { executables } from "@imagecred/workspace";
import { kubeletRequest } from "../src/request.ts";
import { runPlugin } from "../src/run-plugin.ts";

/** A run takes a tenth of a second; a search that copies or scans everything for each character takes a minute. */
const AT_MOST_MS = 10_000;

const CASES = [
  { what: "a token of a megabyte", tokenBytes: 1_000_000, response: "" },
  {
    what: "a token of 14 KB and an error response of 64 KB in three encodings",
    tokenBytes: 14_000,
    response: "%41 &amp; \\u0041 x".repeat(4_000),
  },
];

for (const executable of executables("ecr-credential-provider")) {
  for (const { what, tokenBytes, response } of CASES) {
    test(`${what} ends the run in time (${executable.runtime})`, {
      skip: executable.skipped ?? false,
    }, async () => {
      if (executable.skipped !== undefined) return;
      await using stack = new AsyncDisposableStack();
      const clouds = await startClouds();
      stack.defer(() => clouds.close());
      const answers = { Token: [200, "b".repeat(tokenBytes)], Role: [400, response] } as const;
      for (const [operation, [status, body]] of Object.entries(answers)) {
        const fault = { kind: "answer", reply: { status, headers: {}, body } } as const;
        await clouds.faults.add({ service: "aws.imds", operation, fault });
      }
      const run = await runPlugin(executable.path, {
        env: await clouds.aws.env("imds"),
        stdin: kubeletRequest("123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app"),
        timeoutMs: AT_MOST_MS,
      });
      assert.equal(run.exitCode, 1, run.stderr);
      assert.match(
        run.stderr,
        /^ecr-credential-provider: for 123456789012\.dkr\.ecr\..*: status (?:200|400)\b.*\n$/,
      );
      assert.doesNotMatch(run.stderr, /bbbbbb/);
    });
  }
}
