import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "./paths.ts";
import type { Time } from "./slow-command.ts";

const NAME = "build-time.json";

/** Records the build's time next to a built file, for {@link buildTimes}. @param directory of the file, in the cache */
export function recordBuildTime(directory: string, { cpuSeconds, wallSeconds }: Time): void {
  const round = (seconds: number) => Number(seconds.toFixed(1));
  const time: Time = { cpuSeconds: round(cpuSeconds), wallSeconds: round(wallSeconds) };
  writeFileSync(join(directory, NAME), `${JSON.stringify(time)}\n`);
}

/** The build time of everything in the cache, by directory below the cache, except of files that were cached before times were recorded. */
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
