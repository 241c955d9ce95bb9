import type { Clouds } from "@imagecred/fake-clouds";
import type { RunResult } from "@imagecred/workspace";

/** The part of a run's result that must be the same on both runtimes. */
export interface Outcome {
  readonly exit: string;
  /** The response without the values that are new in every run. */
  readonly stdout: string;
  readonly stderr: string;
  /** `aws.ecr GetAuthorizationToken x4`, ordered by the first request of each. */
  readonly requests: string;
  /**
   * Milliseconds between its time limit and its end, not counting the start of the process. 0 or negative if it ended in time,
   * undefined if no limit was set.
   */
  readonly overrunMs: number | undefined;
}

/** Parts that differ even between two runs of one executable, and are not compared. */
const NEVER_THE_SAME: readonly (readonly [RegExp, string])[] = [
  // Durations: jitter and a busy machine.
  [/\b\d+(?:\.\d+)? ?ms\b/g, "N ms"],
  // The clock.
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "TIME"],
  [/\b\d{8}T\d{6}Z/g, "TIME"],
  [/\bcurrent date\/time \d+/g, "current date/time TIME"],
  // Request ids of the fakes.
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "ID"],
  [/"(time|ms)":(?:"[^"]*"|\d+)/g, '"$1":X'],
  [/\bms=\d+/g, "ms=X"],
  [/\bwaitMs=\d+/g, "waitMs=X"],
  [/cacheSeconds=\d+/g, "cacheSeconds=X"],
  // The first bytes of a compressed token; they differ in every run.
  [/"(?:\\u001f|\\u001b|x\ufffd)(?:[^"\\]|\\.)*"?/g, "BYTES"],
  // Node.js itself prints this before it runs a program if it cannot read all of NODE_EXTRA_CA_CERTS.
  [/^Warning: Ignoring extra certs from .*\n/gm, ""],
];

/**
 * @param clouds the clouds of the run, before their records are cleared
 * @param limitMs IMAGECRED_TIMEOUT, if it was set
 */
export function outcomeOf(result: RunResult, clouds: Clouds, limitMs: number | undefined): Outcome {
  const { exitCode, signal, stdout, stderr } = result;
  const counts = new Map<string, number>();
  for (const { service, operation } of clouds.requests) {
    const name = `${service} ${operation}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    exit: signal ?? String(exitCode),
    stdout: comparable(stdout),
    stderr: NEVER_THE_SAME.reduce((text, [pattern, name]) => text.replace(pattern, name), stderr),
    requests: [...counts].map(([name, count]) => `${name} x${count}`).join(", "),
    overrunMs: limitMs === undefined ? undefined : result.wallMs - limitMs,
  };
}

/** The shape of the response: passwords and times are new in every run. */
function comparable(stdout: string): string {
  let response: Record<string, unknown>;
  try {
    response = JSON.parse(stdout) as Record<string, unknown>;
  } catch {
    return stdout;
  }
  const auth = Object.entries(
    (response["auth"] ?? {}) as Record<string, { username: string; password: string }>,
  );
  return JSON.stringify({
    ...response,
    cacheDuration: response["cacheDuration"] === "0s" ? "0s" : "more than 0s",
    auth: auth.map(([key, { username, password }]) => [key, username, password === "" ? "empty" : "set"]),
  });
}

/** The parts in which two outcomes differ; empty where they agree. */
export function differences(a: Outcome, b: Outcome): readonly (keyof Outcome)[] {
  return (["exit", "stdout", "stderr", "requests"] as const).filter((part) => a[part] !== b[part]);
}

const MAX_LINE_BYTES = 701;

/** Maximum time between a run's limit and its end. */
const LATE_MS = 250;

/** Returns a defect in an outcome that is wrong for any input, or undefined. */
export function defectOf(
  { exit, stdout, stderr, overrunMs = 0 }: Outcome,
  executable: string,
): string | undefined {
  if (overrunMs > LATE_MS) return `it ended ${Math.round(overrunMs)} ms after its time limit`;
  if (/internal error/.test(stderr)) return "it calls it an internal error";
  if (exit === "0") return undefined;
  if (exit !== "1") return `it ended with ${exit}`;
  if (stdout !== "") return "it failed, and wrote to stdout";
  const lines = stderr.split("\n");
  const last = lines.at(-2) ?? "";
  if (lines.at(-1) !== "" || last === "") return "its stderr is empty or does not end with a newline";
  if (!last.startsWith(`${executable}: `) && !last.startsWith("{"))
    return "the line on stderr does not name the plugin";
  if (Buffer.byteLength(last) > MAX_LINE_BYTES && !last.startsWith("{"))
    return "the line on stderr is too long";
  if (/\p{Cc}/u.test(stderr.replaceAll("\n", ""))) return "stderr has control characters";
  if (/\.[cm]?[jt]s:\d+|node:internal|\.rs:\d+/.test(stderr)) return "stderr has a stack trace";
  return undefined;
}
