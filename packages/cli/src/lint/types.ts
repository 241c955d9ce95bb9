import type { ConfigReading, CredentialProvider } from "@imagecred/kubelet";
import type { Change } from "../edit/change.ts";
import type { MapPlaces } from "../machine/map-places.ts";
import type { Start } from "../machine/start-problem.ts";
import type { FileSystem } from "../runtime/types.ts";

/**
 * `error`: the kubelet does not start, or every run of the plugin fails. `warning`: it does, and it will hurt. `note`:
 * worth knowing.
 */
export type Severity = "error" | "warning" | "note";

/** What a lint looks at. */
export interface LintContext {
  readonly reading: ConfigReading;
  readonly providers: readonly CredentialProvider[];
  /** The kubelet's minor version: 34 of 1.34. */
  readonly minor: number;
  /** Whether that version was asked for, or is only the newest known. */
  readonly versionGiven: boolean;
  /** Text of each configuration file by its path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Directory of the executables; undefined where none is known. */
  readonly binDir: string | undefined;
  readonly fileSystem: FileSystem;
  /** What an executable is, and why the kubelet's machine would not start it. */
  readonly examine: (path: string) => Start;
  /** Where files of `--identities` are looked for. */
  readonly mapPlaces: MapPlaces;
}

/** A place in a file where no value stands. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One place that a lint found. */
export interface Hit {
  /** Of the value, such as `providers[0].matchImages[2]`; or a place in a file. */
  readonly at: string | FilePlace;
  /** What is so, in a sentence that names the value. */
  readonly message: string;
  /** What to do, as an instruction. */
  readonly fix: string;
  /** The same for a program, where it can be said: all of these changes together. */
  readonly changes?: readonly Change[];
  /** True where the changes are the likeliest of several, for a person to decide: `--fix` leaves them alone. */
  readonly guess?: boolean;
}

export interface Lint {
  /** Stable, for --ignore, for comments in files, and for programs. */
  readonly code: string;
  readonly severity: Severity;
  /** Why it hurts; the same for every hit. */
  readonly explanation: string;
  check(context: LintContext): readonly Hit[];
}
