import type { Placed } from "./place.ts";

export interface InstallDocument {
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
  readonly notes: readonly string[];
}

export interface InstalledFile extends Placed {
  /** The file that the checksum was in; null for files that have none of their own. */
  readonly checksumFile: string | null;
}
