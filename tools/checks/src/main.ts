import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatSeconds } from "@imagecred/workspace";
import { RESULTS_FILE_VARIABLE, type Results, readResults, type SkippedTest } from "./results.ts";
import { STAGES, type Stage } from "./stages.ts";

/** Result of a stage. */
interface Outcome {
  readonly stage: Stage;
  readonly status: "passed" | "failed" | "skipped";
  readonly seconds: number;
  /** Why it was skipped. */
  readonly reason?: string;
  readonly results?: Results;
}

const scratch = mkdtempSync(join(tmpdir(), "imagecred-checks-"));
const named = process.argv.slice(2);
const stages = chosenStages(named);
const outcomes: Outcome[] = [];
const startedAt = performance.now();
for (const [index, stage] of stages.entries())
  outcomes.push(await runStage(stage, `[${index + 1}/${stages.length}]`));
rmSync(scratch, { recursive: true });
process.exitCode = summarize(outcomes) ? 0 : 1;

function chosenStages(names: readonly string[]): readonly Stage[] {
  const unknown = names.filter((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    const width = Math.max(...STAGES.map(({ name }) => name.length));
    const list = STAGES.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`).join("\n");
    console.error(`Usage: npm test [-- STAGE...]\n\nno stage ${unknown.join(", ")}; the stages are\n${list}`);
    process.exit(2);
  }
  return names.length === 0 ? STAGES : STAGES.filter(({ name }) => names.includes(name));
}

/** @param position of the stage among those that run, as `[3/14]` */
async function runStage(stage: Stage, position: string): Promise<Outcome> {
  console.log(`\n▶ ${position} ${stage.name}: ${stage.about}`);
  const isNamed = named.includes(stage.name);
  const reason = await stage.skip?.(isNamed);
  if (reason !== undefined) {
    console.log(`  skipped: ${reason}`);
    return { stage, status: "skipped", seconds: 0, reason };
  }
  const resultsFile = join(scratch, `${stage.name}.json`);
  const [program = "", ...args] = (isNamed ? stage.namedCommand : undefined) ?? stage.command;
  const stageStartedAt = performance.now();
  const { status, error } = spawnSync(program, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      [RESULTS_FILE_VARIABLE]: resultsFile,
      TURBO_TELEMETRY_DISABLED: "1",
      DO_NOT_TRACK: "1",
    },
  });
  if (error !== undefined) console.log(`  ${program}: ${error.message}`);
  const seconds = (performance.now() - stageStartedAt) / 1000;
  const results = stage.files !== undefined ? readResults(resultsFile) : undefined;
  // A run that found no test, or died before it could report, has shown nothing.
  const shown = stage.files === undefined || (results !== undefined && results.passed + results.failed > 0);
  const passed = status === 0 && shown;
  if (status === 0 && !shown) console.log("  no test ran");
  console.log(
    `${passed ? "✔" : "✖"} ${position} ${stage.name}: ${passed ? "passed" : "failed"} in ${formatSeconds(seconds * 1000)} (${formatSeconds(performance.now() - startedAt)} so far)`,
  );
  return {
    stage,
    status: passed ? "passed" : "failed",
    seconds,
    ...(results === undefined ? {} : { results }),
  };
}

function summarize(all: readonly Outcome[]): boolean {
  const skippedTests: SkippedTest[] = all.flatMap(({ results }) => results?.skipped ?? []);
  const skippedStages = all.filter(({ status }) => status === "skipped");
  console.log("\n──────── what was checked");
  for (const { stage, status, seconds, results } of all) {
    const mark = { passed: "✔", failed: "✖", skipped: "–" }[status];
    const counts =
      results === undefined
        ? ""
        : `  ${results.passed} passed, ${results.failed} failed, ${results.skipped.length} skipped`;
    console.log(
      `${mark} ${stage.name.padEnd(12)} ${`${seconds.toFixed(0)} s`.padStart(6)}  ${stage.about}${counts}`,
    );
  }
  if (skippedTests.length + skippedStages.length > 0) {
    console.log("\n──────── what was skipped, and why");
    for (const { stage, reason } of skippedStages) console.log(`– stage ${stage.name}: ${reason}`);
    for (const [reason, tests] of Map.groupBy(skippedTests, ({ reason }) => reason)) {
      console.log(`– ${reason}`);
      for (const { file, name } of tests) console.log(`    ${file}: ${name}`);
    }
  }
  const passed =
    sum(all, (results) => results.passed) +
    all.filter(({ stage, status }) => stage.files === undefined && status === "passed").length;
  const failedStages = all.filter(
    ({ stage, results, status }) => status === "failed" && (stage.files === undefined || !results?.failed),
  ).length;
  const failed = sum(all, (results) => results.failed) + failedStages;
  console.log(`\n${passed} passed, ${failed} failed, ${skippedTests.length + skippedStages.length} skipped`);
  return failed === 0 && all.every(({ status }) => status !== "failed");
}

function sum(all: readonly Outcome[], count: (results: Results) => number): number {
  return all.reduce((total, { results }) => total + (results === undefined ? 0 : count(results)), 0);
}
