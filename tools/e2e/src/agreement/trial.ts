import type { Clouds, FaultRule, Plugin } from "@imagecred/fake-clouds";
import type { Random } from "./random.ts";

/** One run of a plugin, for both runtimes. */
export interface Trial {
  readonly plugin: Plugin;
  /** The odd part of the input, for the report. */
  readonly what: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | Uint8Array;
  /** IMAGECRED_TIMEOUT if `env` has none, for runs that may wait forever. Default: the plugins' own. */
  readonly limitSeconds?: number;
  readonly faults?: readonly FaultRule[];
  /** Called before each run. */
  readonly before?: () => void;
  /** Shell words before the executable: `exec prlimit --nofile=8 "$@"`. Without it, no shell. */
  readonly through?: string;
}

/** An identity that works without faults. */
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
  /** Host and port that it was sent to. */
  readonly host: string;
}

/** The environment of a trial: its own fake clouds, and a directory for files. */
export interface Lane {
  readonly clouds: Clouds;
  readonly random: Random;
  /** A base of this plugin, or of any. */
  base(plugin?: Plugin): Promise<Base>;
  /** The requests that a base makes without faults. */
  callsOf(base: Base): Promise<readonly CallName[]>;
  /** Writes a file for this trial. @returns its path */
  file(content: string | Uint8Array): Promise<string>;
  /** A path of this trial where no file exists. */
  path(): string;
}

/** A kind of odd input. */
export interface Family {
  readonly name: string;
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  readonly make: (lane: Lane) => Promise<Trial>;
}
