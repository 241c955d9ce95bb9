import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";
import { RESULTS_FILE_VARIABLE, type SkippedTest } from "./results.ts";

interface FileTally {
  passed: number;
  failed: number;
  skipped: number;
  ms: number;
}

/**
 * A node:test reporter that prints one line for each file when the file is done, and everything about a failure at once.
 * Counts and the reasons of skipped tests go to the file named by IMAGECRED_TEST_RESULTS.
 */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files = new Map<string, FileTally>();
  const skipped: SkippedTest[] = [];
  const totals = { passed: 0, failed: 0 };
  const tally = (file: string): FileTally => {
    let found = files.get(file);
    if (found === undefined) {
      found = { passed: 0, failed: 0, skipped: 0, ms: 0 };
      files.set(file, found);
    }
    return found;
  };
  for await (const event of events) {
    if (event.type === "test:stderr") yield event.data.message;
    if (event.type === "test:summary" && event.data.file !== undefined) {
      const file = relative(process.cwd(), event.data.file);
      // Node's own counts: a test that a shared helper defines has the helper's name on its event.
      const { tests, passed, skipped, todo } = event.data.counts;
      const failed = tests - passed - skipped - todo;
      yield lineOf(file, { passed, failed, skipped, ms: event.data.duration_ms });
      files.delete(file);
    }
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { data } = event;
    const file = data.file === undefined ? "(unknown file)" : relative(process.cwd(), data.file);
    if (data.nesting === 0) tally(file).ms += data.details.duration_ms;
    // A suite counts through its tests; one that fails by itself (a hook) is a failure of its own.
    if (data.details.type === "suite" && event.type === "test:pass" && data.skip === undefined) continue;
    if (data.skip !== undefined && data.skip !== false) {
      tally(file).skipped++;
      skipped.push({
        file,
        name: data.name,
        reason: typeof data.skip === "string" ? data.skip : "no reason given",
      });
    } else if (event.type === "test:pass") {
      tally(file).passed++;
      totals.passed++;
    } else if (!failedThroughChildren(event.data.details.error)) {
      tally(file).failed++;
      totals.failed++;
      yield `\n  ✖ ${file}: ${data.name}\n${indent(explain(event.data.details.error))}\n\n`;
    }
  }
  // Files that ended without a summary, and failures of what helpers define.
  for (const [file, counts] of files) if (counts.failed > 0) yield lineOf(file, counts);
  const path = process.env[RESULTS_FILE_VARIABLE];
  if (path !== undefined) writeFileSync(path, JSON.stringify({ ...totals, skipped }));
}

function lineOf(file: string, { passed, failed, skipped, ms }: FileTally): string {
  const counts = [
    `${passed} passed`,
    failed > 0 ? `${failed} failed` : "",
    skipped > 0 ? `${skipped} skipped` : "",
  ];
  const mark = failed > 0 ? "✖" : "✔";
  return `  ${mark} ${file}: ${counts.filter((text) => text !== "").join(", ")} (${(ms / 1000).toFixed(1)} s)\n`;
}

function failedThroughChildren(error: Error | undefined): boolean {
  return error !== undefined && "failureType" in error && error.failureType === "subtestsFailed";
}

function explain(error: Error | undefined): string {
  const cause = error?.cause ?? error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}
