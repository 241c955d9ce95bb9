import assert from "node:assert/strict";
import type { Node } from "../node/node.ts";

/** The JSON that `install`, `uninstall` and `nodes` print, as far as the tests read it. */
export interface Report {
  readonly restart: {
    readonly state: string;
    readonly cause: string | null;
    readonly pid: number;
    readonly evidence: string | null;
  } | null;
  readonly nodes?: readonly {
    readonly state: string;
    readonly kubeletVersion: string;
    readonly hash: string | null;
    readonly problem: string | null;
    readonly plugins: readonly { readonly name: string; readonly runs: number; readonly errors: number }[];
  }[];
}

export interface Ran {
  readonly exitCode: number;
  readonly document: Report;
  /** The document's text, for the messages of tests. */
  readonly stdout: string;
}

/** Runs imagecred on a node with `-o json`. @throws AssertionError where it wrote to stderr */
export async function ran(node: Node, imagecred: string, ...args: readonly string[]): Promise<Ran> {
  const { exitCode, stdout, stderr } = await node.run(imagecred, ...args, "-o", "json");
  assert.equal(stderr, "", args.join(" "));
  return { exitCode, document: JSON.parse(stdout) as Report, stdout };
}
