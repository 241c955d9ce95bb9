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
  /** null for an image: its kubelet reads the configuration when it boots. */
  readonly restartCommand: string | null;
  /** null without --restart and --wait. */
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
  /** Path of the copy of the replaced file; null if nothing was replaced, and in a dry run. */
  readonly backup: string | null;
  /** The file with the checksum; null for files that are not checked. */
  readonly checksumFile: string | null;
  readonly before: FileState | null;
  readonly after: FileState;
  /** In a dry run the change as a unified diff; null otherwise. */
  readonly diff: string | null;
}
