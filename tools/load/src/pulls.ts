import assert from "node:assert/strict";
import { NEWEST, TestNode } from "@imagecred/kubelet-conformance";
import type { Subject } from "./subjects.ts";

/** The result of many pulls at once, for one plugin. */
export interface Pulls {
  readonly images: number;
  /** Runs of the plugin, by the kubelet's own counter: once for each image at most. */
  readonly runs: number;
  readonly errors: number;
  /** Images without a credential the first time, which were looked up again, as at a pod's next sync. */
  readonly later: number;
  readonly wallMs: number;
  /** Runs when the same images are looked up again. */
  readonly runsAgain: number;
}

/**
 * The kubelet's code looks up the credentials of many images at once, then once more.
 * @param binDir directory of the executables
 * @throws {assert.AssertionError} where an image has no credential the second time, or one that the registry rejects
 */
export async function pulls(subject: Subject, binDir: string, images: number): Promise<Pulls> {
  await using node = await TestNode.make(NEWEST, binDir);
  await node.start([await node.itself(subject.plugin)]);
  const names = Array.from({ length: images }, (_, index) => `${subject.image}-${index}`);
  const startedAt = performance.now();
  const { found, log } = await node.kubelet.lookups(names);
  const wallMs = performance.now() - startedAt;
  assert.equal(found.length, images);
  for (const { error } of found) assert.equal(error, null);
  const later = found.filter(({ creds }) => creds.length === 0).length;
  const { runs, errors } = await counters(node, subject);
  assert.ok(runs >= 1 && runs <= images);
  const second = await node.kubelet.lookups(names);
  for (const { error, creds } of second.found) {
    assert.equal(error, null);
    assert.equal(creds.length, 1, `nothing found; the kubelet logged\n${log.slice(-5).join("\n")}`);
  }
  const [first] = second.found;
  assert.ok(first);
  await node.opens(subject.image, { ...first, log, tokenRequests: [] });
  const again = await counters(node, subject);
  return { images, runs, errors, later, wallMs, runsAgain: again.runs - runs };
}

async function counters(node: TestNode, { executable }: Subject) {
  return (await node.kubelet.metrics())[executable] ?? { runs: 0, errors: 0 };
}
