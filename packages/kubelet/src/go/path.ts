/** Whether a path is absolute on Windows: a drive and a separator, or a share. Paths of Linux nodes do not begin like that. */
export function isWindowsPath(path: string): boolean {
  return /^(?:[A-Za-z]:[\\/]|\\\\)/.test(path);
}

/** Drive or share of an absolute Windows path (filepath.VolumeName): `C:`, `\\server\share`; empty for any other path. */
export function windowsVolume(path: string): string {
  return /^(?:[A-Za-z]:|\\\\[^\\/]+[\\/][^\\/]+)/.exec(path)?.[0] ?? "";
}

/** filepath.Join of two elements: empty ones are left out, the result is cleaned of `.`, `..` and `//`. On Windows below a Windows path. */
export function joinPath(directory: string, name: string): string {
  const joined = [directory, name].filter((part) => part !== "").join("/");
  return joined === "" ? "" : cleanPath(joined);
}

/** filepath.Clean: on Windows, with `\` for every separator, for a Windows path. */
export function cleanPath(path: string): string {
  if (isWindowsPath(path)) {
    const volume = windowsVolume(path);
    const rest = cleanPath(`/${path.slice(volume.length).replaceAll("\\", "/")}`);
    return `${volume}${rest}`.replaceAll("/", "\\");
  }
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!rooted) kept.push("..");
  }
  const cleaned = (rooted ? "/" : "") + kept.join("/");
  return cleaned === "" ? "." : cleaned;
}
