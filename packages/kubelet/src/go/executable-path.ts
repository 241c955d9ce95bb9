import type { DiskEntry } from "../file-system.ts";
import { isWindowsPath, joinPath } from "./path.ts";

/** Extensions that Windows adds to the name of a program, in order (the default of PATHEXT). */
const EXTENSIONS = [".com", ".exe", ".bat", ".cmd"] as const;

/** Matches one of these extensions. */
export const WINDOWS_PROGRAM = new RegExp(`(?:\\${EXTENSIONS.join("|\\")})$`, "i");

/** The part of the file system that the search for an executable uses. */
interface Looked {
  status(path: string): DiskEntry | undefined;
}

/**
 * The file that runs for a provider's name: on Linux the name in the directory, on Windows with an extension that Windows adds
 * (exec.LookPath, os/exec/lp_windows.go). The name itself if there is no such file.
 */
export function executablePath(binDir: string, name: string, fileSystem: Looked): string {
  const path = joinPath(binDir, name);
  if (!isWindowsPath(path)) return path;
  const hasExtension = /\.[^\\]*$/.test(path);
  const candidates = [
    ...(hasExtension ? [path] : []),
    ...EXTENSIONS.map((extension) => `${path}${extension}`),
  ];
  return candidates.find((candidate) => isFile(candidate, fileSystem)) ?? path;
}

function isFile(path: string, fileSystem: Looked): boolean {
  try {
    const entry = fileSystem.status(path);
    return entry !== undefined && entry.kind !== "directory";
  } catch {
    return false;
  }
}
