import assert from "node:assert/strict";
import { join } from "node:path";
import type { Target, TransportRequest } from "@imagecred/protocol";
import { type Runtime, runFile } from "@imagecred/workspace";
import { build, program } from "./programs.ts";

/** One thing to do with a transport. */
export type Step =
  | { readonly request: TransportRequest }
  | { readonly preconnect: Target & { readonly connectTimeoutMs?: number } }
  | { readonly together: readonly Step[] };

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Broken {
  readonly phase: string;
  readonly code: string;
  readonly message: string;
  readonly peer: string;
  readonly proxyStatus?: number;
  readonly certificate?: string;
}

export type Outcome = Answered | Broken;

/** Runs steps in a process of its own and gives the outcome of each request. */
export type Drive = (steps: readonly Step[], env?: Readonly<Record<string, string>>) => Promise<Outcome[]>;

/** The transport driver of a runtime: an executable for static, the sources under Node. */
export async function startDriver(runtime: Runtime, directory: string): Promise<Drive> {
  const executable = program("transport-driver");
  const command =
    runtime === "static"
      ? [await build(executable, "static", join(directory, "transport-driver"))]
      : [
          process.execPath,
          "--conditions=@imagecred/source",
          "--disable-warning=ExperimentalWarning",
          executable.entry,
        ];
  return async (steps, env = {}) => {
    const [file = "", ...args] = command;
    const run = await runFile(file, { args, env, stdin: JSON.stringify(steps) });
    assert.equal(run.stderr, "");
    assert.equal(run.exitCode, 0);
    return JSON.parse(run.stdout) as Outcome[];
  };
}

/** A GET with limits that no test reaches unless it wants to. */
export function get(url: string, more: Partial<TransportRequest> = {}): Step {
  return {
    request: { url, method: "GET", headers: {}, timeoutMs: 20_000, maxResponseBytes: 1 << 20, ...more },
  };
}

export function answered(outcome: Outcome | undefined): Answered {
  assert.ok(outcome !== undefined && "status" in outcome, `no outcome: ${JSON.stringify(outcome)}`);
  return outcome;
}

export function broken(outcome: Outcome | undefined): Broken {
  assert.ok(outcome !== undefined && "code" in outcome, `no failure: ${JSON.stringify(outcome)}`);
  return outcome;
}
