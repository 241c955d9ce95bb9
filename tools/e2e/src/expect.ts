import assert from "node:assert/strict";
import type { Clouds } from "@imagecred/fake-clouds";
import type { RunResult } from "@imagecred/workspace";

/** The kubelet appends stderr to an error that ends up in the pod's status, so a line must be short. */
const MAX_LINE_BYTES = 700;

/** Exit 1, nothing on stdout, exactly one readable line on stderr that begins with the plugin's name. */
export function expectFailure(result: RunResult, executable: string, stderr?: RegExp): void {
  const told = `exit ${result.exitCode}, signal ${result.signal}, stderr ${JSON.stringify(result.stderr)}`;
  assert.equal(result.signal, null, told);
  assert.equal(result.exitCode, 1, told);
  assert.equal(result.stdout, "", "stdout carries the response and nothing else");
  assert.match(result.stderr, /^[^\n]+\n$/, "exactly one line on stderr");
  assert.ok(result.stderr.startsWith(`${executable}: `), told);
  assert.ok(
    Buffer.byteLength(result.stderr) <= MAX_LINE_BYTES + 1,
    `${Buffer.byteLength(result.stderr)} bytes on stderr`,
  );
  assert.doesNotMatch(
    result.stderr.trimEnd(),
    /\p{Cc}|\.[cm]?[jt]s:\d+|node:internal/u,
    "a line for a person, no stack trace",
  );
  if (stderr !== undefined) assert.match(result.stderr, stderr);
}

/** Exit 0 and nothing on stderr. */
export function expectSuccess(result: RunResult): void {
  const { exitCode, signal, stderr } = result;
  assert.deepEqual({ exitCode, signal, stderr }, { exitCode: 0, signal: null, stderr: "" });
}

/** Not even a connection was opened. */
export function expectNothingSent(clouds: Clouds): void {
  assert.deepEqual(
    clouds.requests.map(({ service, operation }) => `${service} ${operation}`),
    [],
  );
  assert.deepEqual(
    clouds.connections.map(({ service }) => service),
    [],
  );
  assert.deepEqual(
    clouds.proxied.map(({ target }) => target),
    [],
  );
}
