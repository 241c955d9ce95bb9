import type { RestartReport } from "../../installation/bring-up.ts";
import type { FileState } from "../../installation/file-state.ts";
import type { Placement, PlannedFile } from "../../installation/place.ts";
import type { RestorationDocument } from "../../installation/restoration.ts";

export interface InstallationDocument {
  readonly kind: "Installation";
  readonly dryRun: boolean;
  readonly root: string;
  readonly binDir: string;
  readonly configPath: string;
  readonly files: readonly InstalledFile[];
  /** Whether the kubelet must be restarted to see what was changed. */
  readonly restartNeeded: boolean;
  /** null for an image, which reads the configuration when it boots. */
  readonly restartCommand: string | null;
  /** null where neither a restart nor waiting for one was asked for. */
  readonly restart: RestartReport | null;
  readonly notes: readonly string[];
}

/** What `install` prints: `--rollback` restores, everything else installs. */
export type InstallDocument = InstallationDocument | RestorationDocument;

export interface InstalledFile {
  readonly role: Placement["role"];
  readonly from: string;
  readonly to: string;
  readonly sha256: string;
  readonly state: PlannedFile["state"];
  /** Where the file that was there is kept; null where nothing was replaced, and in a dry run. */
  readonly backup: string | null;
  /** The file that the checksum was in; null for files that have none of their own. */
  readonly checksumFile: string | null;
  readonly before: FileState | null;
  readonly after: FileState;
  /** What a dry run would change, as a unified diff; null otherwise. */
  readonly diff: string | null;
}
