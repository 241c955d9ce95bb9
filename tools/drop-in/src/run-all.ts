import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { anyExecutable, runInNamespace } from "@imagecred/workspace";
import { lanes, type Row } from "./compare.ts";
import { COMPARISONS } from "./situations/index.ts";
import { vendorPlugin } from "./vendor-plugins.ts";

/** Many times what the slowest lane takes. */
const LIMIT_MS = 300_000;
/** Lanes side by side. They mostly wait: for processes, retries and time limits. */
const AT_ONCE = 2 * availableParallelism();

/**
 * Runs every situation, each lane in a network namespace of its own.
 * @returns the rows in the order of the tables
 * @throws Error with the output of a lane that failed, or when an executable is not built
 */
export async function runAll(): Promise<readonly Row[]> {
  const paths = new Map(
    COMPARISONS.map(({ plugin, executable }) => {
      const ours = anyExecutable(executable);
      if (ours === undefined) throw new Error(`${executable} is not built (npm run build)`);
      return [plugin, { ours, vendor: vendorPlugin(plugin).path }];
    }),
  );
  const directory = mkdtempSync(join(tmpdir(), "imagecred-drop-in-"));
  const found: (readonly Row[])[] = [];
  const waiting = lanes().map(({ plugin, group }, index) => async () => {
    const { vendor = "", ours = "" } = paths.get(plugin) ?? {};
    const results = join(directory, `${index}.json`);
    const { exitCode, output } = await runInNamespace(
      [join(import.meta.dirname, "lane.ts"), String(index), vendor, ours, results],
      { processes: true, timeoutMs: LIMIT_MS },
    );
    if (exitCode !== 0) throw new Error(`${plugin}, ${group}: the situations could not be run\n${output}`);
    found[index] = JSON.parse(readFileSync(results, "utf8")) as readonly Row[];
  });
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return found.flat();
  } finally {
    rmSync(directory, { recursive: true });
  }
}
