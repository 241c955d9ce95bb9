import type { Plugin } from "@imagecred/fake-clouds";
import { PLUGINS } from "../agreement/place.ts";
import { GROUPS } from "./groups.ts";

/** Results of the faults of one group on one plugin. */
export interface Row {
  readonly plugin: Plugin;
  readonly group: string;
  runs: number;
  /** Runs that returned a credential despite the fault. */
  credentials: number;
  /** Runs that failed with the expected error line. */
  refusals: number;
  /** Maximum number of requests of one call, for any fault. */
  mostRequests: number;
  /** Longest time after the limit at which a run ended, in milliseconds. */
  latestMs: number;
}

/** One row for each group and plugin, in the order of the page. */
export function mergeRows(all: readonly Row[]): readonly Row[] {
  const merged = new Map<string, Row>();
  for (const row of all) {
    const key = `${row.group} ${row.plugin}`;
    const sum = merged.get(key);
    if (sum === undefined) {
      merged.set(key, { ...row });
      continue;
    }
    sum.runs += row.runs;
    sum.credentials += row.credentials;
    sum.refusals += row.refusals;
    sum.mostRequests = Math.max(sum.mostRequests, row.mostRequests);
    sum.latestMs = Math.max(sum.latestMs, row.latestMs);
  }
  const order = ({ group, plugin }: Row) =>
    GROUPS.findIndex(({ name }) => name === group) * 10 + PLUGINS.indexOf(plugin);
  return [...merged.values()].toSorted((a, b) => order(a) - order(b));
}
