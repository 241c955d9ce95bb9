import type { Plugin } from "@imagecred/fake-clouds";
import { PLUGINS } from "../agreement/place.ts";
import { GROUPS } from "./groups.ts";

/** Results of the faults of one group on one plugin. */
export interface Row {
  readonly plugin: Plugin;
  readonly group: string;
  readonly runs: number;
  /** Runs that returned a credential despite the fault. */
  readonly credentials: number;
  /** Runs that failed with the expected error line. */
  readonly refusals: number;
  /** Maximum number of requests of one call, for any fault. */
  readonly mostRequests: number;
  /** Longest time after the limit at which a run ended, in milliseconds. */
  readonly latestMs: number;
}

/** One row for each group and plugin, in the order of the page. */
export function mergeRows(all: readonly Row[]): readonly Row[] {
  const merged = new Map<string, Row>();
  for (const row of all) {
    const key = `${row.group} ${row.plugin}`;
    const before = merged.get(key);
    merged.set(key, before === undefined ? row : sumOf(before, row));
  }
  const order = ({ group, plugin }: Row) =>
    GROUPS.findIndex(({ name }) => name === group) * 10 + PLUGINS.indexOf(plugin);
  return [...merged.values()].toSorted((a, b) => order(a) - order(b));
}

function sumOf(a: Row, b: Row): Row {
  return {
    ...a,
    runs: a.runs + b.runs,
    credentials: a.credentials + b.credentials,
    refusals: a.refusals + b.refusals,
    mostRequests: Math.max(a.mostRequests, b.mostRequests),
    latestMs: Math.max(a.latestMs, b.latestMs),
  };
}
