import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "./paths.ts";
import type { Time } from "./slow-command.ts";

const NAME = "build-time.json";

/** Notes beside a built file what building it took, for {@link buildTimes}. @param directory of the file, in the cache */
export function recordBuildTime(directory: string, { cpuSeconds, wallSeconds }: Time): void {
  const round = (seconds: number) => Number(seconds.toFixed(1));
  const time: Time = { cpuSeconds: round(cpuSeconds), wallSeconds: round(wallSeconds) };
  writeFileSync(join(directory, NAME), `${JSON.stringify(time)}\n`);
}

/** What building everything in the cache took, by directory below the cache. What was cached before times were noted is not there. */
export function buildTimes(cache = CACHE): Readonly<Record<string, Time>> {
  const files = globSync(`**/${NAME}`, {
    cwd: cache,
    exclude: ["runtime/target-*", "rust-helper"],
  }).toSorted();
  return Object.fromEntries(
    files.map((file) => [
      file.slice(0, -NAME.length - 1),
      JSON.parse(readFileSync(join(cache, file), "utf8")) as Time,
    ]),
  );
}
