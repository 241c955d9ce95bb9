import type { Cost } from "./measure.ts";
import type { Phases } from "./results.ts";
import { median } from "./statistics.ts";

/** A request as seen by a server; times in milliseconds since the epoch. */
export interface ServedRequest {
  readonly at: number;
  readonly finishedAt?: number | undefined;
}

/** Splits one run's wall time by its requests. @throws {RangeError} without a finished request */
export function phasesOf(
  { startedUs, wallUs }: Pick<Cost, "startedUs" | "wallUs">,
  served: readonly ServedRequest[],
): Phases {
  const finished = served.flatMap(({ at, finishedAt }) =>
    finishedAt === undefined ? [] : [{ at, finishedAt }],
  );
  if (finished.length === 0) throw new RangeError("no request was served");
  const start = startedUs / 1000;
  const first = Math.min(...finished.map(({ at }) => at));
  const last = Math.max(...finished.map(({ finishedAt }) => finishedAt));
  const servers = finished.reduce((sum, { at, finishedAt }) => sum + finishedAt - at, 0);
  return {
    beforeRequests: first - start,
    servers,
    betweenRequests: last - first - servers,
    afterRequests: start + wallUs / 1000 - last,
  };
}

/** Medians of each phase, which may not add up to the median of the wall time. @throws {RangeError} without runs */
export function medianPhases(all: readonly Phases[]): Phases {
  const of = (name: keyof Phases) => median(all.map((phases) => phases[name]));
  return {
    beforeRequests: of("beforeRequests"),
    servers: of("servers"),
    betweenRequests: of("betweenRequests"),
    afterRequests: of("afterRequests"),
  };
}
