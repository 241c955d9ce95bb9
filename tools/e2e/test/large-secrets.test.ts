/**
 * A token as large as a response may be, from the metadata service, in a run that ends with an error line: every secret is searched
 * for in that line, and the search must take time in proportion to the secret. Strings grow differently in the two JavaScript engines.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startClouds } from "@imagecred/fake-clouds";
import { executables } from "@imagecred/workspace";
import { kubeletRequest } from "../src/request.ts";
import { runPlugin } from "../src/run-plugin.ts";

const TOKEN_BYTES = 1_000_000;
/** Without the search, a run takes a tenth of a second; a search that copies the token for each character takes minutes. */
const AT_MOST_MS = 10_000;

for (const executable of executables("ecr-credential-provider")) {
  test(`a token of a megabyte ends the run in time (${executable.runtime})`, {
    skip: executable.skipped ?? false,
  }, async () => {
    await using stack = new AsyncDisposableStack();
    const clouds = await startClouds();
    stack.defer(() => clouds.close());
    const reply = { status: 200, headers: {}, body: "b".repeat(TOKEN_BYTES) };
    await clouds.faults.add({ service: "aws.imds", operation: "Token", fault: { kind: "answer", reply } });
    const run = await runPlugin(executable.path ?? "", {
      env: await clouds.aws.env("imds"),
      stdin: kubeletRequest("123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app"),
      timeoutMs: AT_MOST_MS,
    });
    assert.equal(run.exitCode, 1, run.stderr);
    assert.match(
      run.stderr,
      /^ecr-credential-provider: for 123456789012\.dkr\.ecr\.us-west-2\.amazonaws\.com, asking .*\n$/,
    );
    assert.doesNotMatch(run.stderr, /bbbbbb/);
  });
}
