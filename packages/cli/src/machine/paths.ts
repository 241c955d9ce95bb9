import { isWindowsPath } from "@imagecred/kubelet";
import { joinPath } from "@imagecred/node";

/** The absolute path for a path on the command line. */
export function absolute(path: string, workingDirectory: string): string {
  return joinPath(workingDirectory, path);
}

/**
 * On Windows the absolute path, on Linux the path as given. Only an absolute path shows that it is a Windows path, whose
 * backslashes are separators and whose programs have extensions.
 */
export function withDrive(path: string, workingDirectory: string): string {
  return isWindowsPath(workingDirectory) ? absolute(path, workingDirectory) : path;
}
