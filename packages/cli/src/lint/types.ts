import type { ConfigReading, CredentialProvider } from "@imagecred/kubelet";
import type { Change } from "../edit/change.ts";
import type { MapPlaces } from "../machine/map-places.ts";
import type { Start } from "../machine/start-problem.ts";
import type { FileSystem } from "../runtime/types.ts";

/**
 * `error`: the kubelet does not start, or every run of the plugin fails. `warning`: both work, but it causes problems.
 * `note`: worth knowing.
 */
export type Severity = "error" | "warning" | "note";

/** The configuration and its context that lints check. */
export interface LintContext {
  readonly reading: ConfigReading;
  readonly providers: readonly CredentialProvider[];
  /** The kubelet's minor version: 34 of 1.34. */
  readonly minor: number;
  /** Whether that version was given; otherwise it is the newest known. */
  readonly versionGiven: boolean;
  /** Text of each configuration file by its path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Directory of the executables; undefined if it is not known. */
  readonly binDir: string | undefined;
  readonly fileSystem: FileSystem;
  /** Examines an executable, and why the kubelet's machine would not start it. */
  readonly examine: (path: string) => Start;
  /** Where `--identities` files are looked for. */
  readonly mapPlaces: MapPlaces;
}

/** A position in a file. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One problem that a lint found. */
export interface Hit {
  /** The value's path, such as `providers[0].matchImages[2]`, or a position in a file. */
  readonly at: string | FilePlace;
  /** The problem, in a sentence that contains the value. */
  readonly message: string;
  /** The advice, as an instruction. */
  readonly fix: string;
  /** The fix as changes, if possible: all of them together. */
  readonly changes?: readonly Change[];
  /** Whether the changes are only the likeliest of several fixes: a person decides, and `--fix` does not apply them. */
  readonly guess?: boolean;
}

export interface Lint {
  /** Stable: used in --ignore, in comments in files, and by programs. */
  readonly code: string;
  readonly severity: Severity;
  /** Why it is a problem; the same for every hit. */
  readonly explanation: string;
  check(context: LintContext): readonly Hit[];
}
