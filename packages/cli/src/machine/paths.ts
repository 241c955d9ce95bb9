import { isWindowsPath } from "@imagecred/kubelet";
import { joinPath } from "@imagecred/node";

/** A path as the command was given it, from `/` on, or on Windows from its drive on. */
export function absolute(path: string, workingDirectory: string): string {
  return joinPath(workingDirectory, path);
}

/**
 * On Windows the path from its drive on; on Linux as it was given. A relative path does not show that its backslashes separate and
 * that its programs have extensions.
 */
export function withDrive(path: string, workingDirectory: string): string {
  return isWindowsPath(workingDirectory) ? absolute(path, workingDirectory) : path;
}
