import type { ConfigReading, CredentialProvider } from "@imagecred/kubelet";
import type { FileSystem } from "../runtime/types.ts";

/**
 * `error`: the kubelet does not start or does not run the plugin. `warning`: it does, and it will hurt. `note`: worth knowing.
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
}

/** One place that a lint found. */
export interface Hit {
  /** Of the value, such as `providers[0].matchImages[2]`; or a place in a file where no value stands there. */
  readonly at: string | { readonly file: string; readonly line: number; readonly column: number };
  /** What is so, in a sentence that names the value. */
  readonly message: string;
  /** What to do, as an instruction. */
  readonly fix: string;
}

export interface Lint {
  /** Stable, for --ignore and for programs. */
  readonly code: string;
  readonly severity: Severity;
  /** Why it hurts; the same for every hit. */
  readonly explanation: string;
  check(context: LintContext): readonly Hit[];
}
