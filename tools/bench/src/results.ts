import type { PluginName } from "./scenarios.ts";

/**
 * The parts of a run's wall time, in milliseconds. `servers` is the sum over all requests of the time from
 * receipt to the end of the response. The other three are the executable's time, including the kernel's networking.
 */
export interface Phases {
  readonly beforeRequests: number;
  readonly servers: number;
  readonly betweenRequests: number;
  readonly afterRequests: number;
}

/** Medians of all runs with a credential. */
export interface MedianCost {
  readonly wallMs: number;
  readonly wallP90Ms: number;
  readonly cpuMs: number;
  readonly peakMib: number;
}

/** One executable in one scenario. */
export interface Row extends MedianCost {
  readonly label: string;
  readonly ours: boolean;
  readonly bytes: number;
  readonly runs: number;
  readonly phases: Phases;
  /** Label of the row that this one is compared with. */
  readonly comparedWith?: string;
}

export interface Table {
  readonly plugin: PluginName;
  readonly title: string;
  /** Milliseconds added to every request. */
  readonly latencyMs: number;
  readonly rows: readonly Row[];
  /** A program that only sends as many requests as our plugin, one after another, without TLS. */
  readonly bare: { readonly requests: number; readonly wallMs: number };
}

/** One executable under one condition. */
export interface StarvedRow {
  readonly label: string;
  readonly ours: boolean;
  readonly runs: number;
  /** How each run without a credential ended: `signal 9`, `nothing within 5 s`. */
  readonly failures: readonly string[];
  /** Missing if no run had a credential. */
  readonly cost?: MedianCost;
}

/** All executables of a plugin under one condition. */
export interface StarvedTable {
  readonly plugin: PluginName;
  readonly title: string;
  readonly condition: string;
  readonly rows: readonly StarvedRow[];
}

/** A whole benchmark, stored as docs/performance.json to redraw the table and picture. */
export interface Results {
  readonly machine: string;
  readonly date: string;
  readonly tables: readonly Table[];
}

/** A row's numbers as shares of the row it is compared with; undefined without one. */
export function ratios(table: Table, row: Row): { wall: number; cpu: number; peak: number } | undefined {
  const other = table.rows.find(({ label }) => label === row.comparedWith);
  if (other === undefined) return undefined;
  return { wall: row.wallMs / other.wallMs, cpu: row.cpuMs / other.cpuMs, peak: row.peakMib / other.peakMib };
}
