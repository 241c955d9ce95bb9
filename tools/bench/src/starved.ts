import { writeFileSync } from "node:fs";
import type { Clouds } from "@imagecred/fake-clouds";
import { run as runProgram } from "@imagecred/workspace";
import { commandsOf } from "./compare.ts";
import type { Condition } from "./conditions.ts";
import type { Contender } from "./contenders.ts";
import { makeLimitedGroups, removeGroups } from "./control-group.ts";
import { type Cost, measureOnce, NoCredential } from "./measure.ts";
import { medianCost } from "./median-cost.ts";
import type { StarvedRow, StarvedTable } from "./results.ts";
import type { Scenario } from "./scenarios.ts";

/** With too little memory a process may read its own file again and again. */
const LIMIT_SECONDS = 5;

/**
 * Runs all contenders in turn under a condition. A run without a credential is counted, not an error of the benchmark.
 * Needs root, and control groups for the limits.
 */
export async function compareStarved(
  launcher: string,
  scenario: Scenario,
  clouds: Clouds,
  contenders: readonly Contender[],
  { condition, runs }: { readonly condition: Condition; readonly runs: number },
): Promise<StarvedTable> {
  clouds.latency.set(0);
  const commands = await commandsOf(scenario, clouds, contenders);
  const groups = makeLimitedGroups(condition.limits, `imagecred-bench-${process.pid}`);
  const costs = new Map<Contender, Cost[]>(contenders.map((contender) => [contender, []]));
  const failures = new Map<Contender, string[]>(contenders.map((contender) => [contender, []]));
  try {
    for (let run = 0; run < runs; run++) {
      for (const { contender, command } of commands) {
        if (condition.emptyPageCache) emptyPageCache();
        try {
          costs
            .get(contender)
            ?.push(await measureOnce(launcher, { ...command, groups, limitSeconds: LIMIT_SECONDS }));
        } catch (error) {
          if (!(error instanceof NoCredential)) throw error;
          failures.get(contender)?.push(error.ending);
        }
        clouds.core.log.clear();
      }
    }
  } finally {
    removeGroups(groups);
  }
  const rows = [...costs].map(([contender, list]) => rowOf(contender, list, failures.get(contender) ?? []));
  return { plugin: scenario.plugin, title: scenario.title, condition: condition.title, rows };
}

/** Drops clean pages, directory entries and inodes of the whole machine (proc(5)): what a running process has mapped stays. */
function emptyPageCache(): void {
  runProgram("sync", []);
  writeFileSync("/proc/sys/vm/drop_caches", "3");
}

function rowOf({ label, ours }: Contender, costs: readonly Cost[], failures: readonly string[]): StarvedRow {
  return {
    label,
    ours,
    failures,
    runs: costs.length + failures.length,
    ...(costs.length === 0 ? {} : { cost: medianCost(costs) }),
  };
}
