import type { Clouds, FaultRule, Plugin } from "@imagecred/fake-clouds";
import type { Random } from "./random.ts";

/** One run of a plugin, to be made with both runtimes. */
export interface Trial {
  readonly plugin: Plugin;
  /** The odd part of the input, for the report. */
  readonly what: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | Uint8Array;
  /** IMAGECRED_TIMEOUT, where `env` has none: for what may wait for ever. Default: the plugins' own. */
  readonly limitSeconds?: number;
  readonly faults?: readonly FaultRule[];
  /** Called before each run. */
  readonly before?: () => void;
  /** Shell words before the executable: `exec prlimit --nofile=8 "$@"`. Without it, no shell. */
  readonly through?: string;
}

/** An identity with which all goes well. */
export interface Base {
  readonly plugin: Plugin;
  readonly what: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly image: string;
  readonly request: { readonly token?: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** One request that a base makes. */
export interface CallName {
  readonly service: string;
  readonly operation: string;
  /** Host and port that it went to. */
  readonly host: string;
}

/** The place in which a trial is made: fake clouds of its own, and a directory for files. */
export interface Lane {
  readonly clouds: Clouds;
  readonly random: Random;
  /** A base of this plugin, or of any. */
  base(plugin?: Plugin): Promise<Base>;
  /** The requests that a base makes without faults. */
  callsOf(base: Base): Promise<readonly CallName[]>;
  /** Writes a file for this trial. @returns its path */
  file(content: string | Uint8Array): Promise<string>;
  /** A path of this trial where nothing is. */
  path(): string;
}

/** A kind of oddness. */
export interface Family {
  readonly name: string;
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  readonly make: (lane: Lane) => Promise<Trial>;
}
