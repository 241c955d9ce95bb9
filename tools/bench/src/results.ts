import type { PluginName } from "./scenarios.ts";

/**
 * The parts of a run's wall time, in milliseconds. `servers` is the time from the receipt of a request to the end of its response, for all
 * requests together, so the other three are the executable's, with the connection's way through the kernel.
 */
export interface Phases {
  readonly beforeRequests: number;
  readonly servers: number;
  readonly betweenRequests: number;
  readonly afterRequests: number;
}

/** Medians of one executable in one scenario. */
export interface Row {
  readonly label: string;
  readonly ours: boolean;
  readonly bytes: number;
  readonly runs: number;
  readonly wallMs: number;
  readonly wallP90Ms: number;
  readonly cpuMs: number;
  readonly peakMib: number;
  readonly phases: Phases;
  /** Label of the row that this one's numbers are a share of. */
  readonly comparedWith?: string;
}

export interface Table {
  readonly plugin: PluginName;
  readonly title: string;
  /** Milliseconds added to every request. */
  readonly latencyMs: number;
  readonly rows: readonly Row[];
}

/** A whole benchmark; kept as docs/performance.json so that table and picture can be drawn again. */
export interface Results {
  readonly machine: string;
  readonly date: string;
  readonly tables: readonly Table[];
}

/** A row's numbers as shares of those of the row that it is compared with; undefined without one. */
export function ratios(table: Table, row: Row): { wall: number; cpu: number; peak: number } | undefined {
  const other = table.rows.find(({ label }) => label === row.comparedWith);
  if (other === undefined) return undefined;
  return { wall: row.wallMs / other.wallMs, cpu: row.cpuMs / other.cpuMs, peak: row.peakMib / other.peakMib };
}
