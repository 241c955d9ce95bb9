import type { DiskEntry } from "../file-system.ts";
import { isWindowsPath, joinPath } from "./path.ts";

/** What Windows adds to the name of a program, in its order (the default of PATHEXT). */
const EXTENSIONS = [".com", ".exe", ".bat", ".cmd"] as const;

/** The extension of a file that Windows runs by its name: one of those. */
export const WINDOWS_PROGRAM = new RegExp(`(?:\\${EXTENSIONS.join("|\\")})$`, "i");

/** As far as the search for an executable reads files. */
interface Looked {
  status(path: string): DiskEntry | undefined;
}

/**
 * The file that runs for a provider's name: on Linux the name in the directory, on Windows with an extension that Windows adds
 * (exec.LookPath, os/exec/lp_windows.go). The name itself where there is no such file.
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
