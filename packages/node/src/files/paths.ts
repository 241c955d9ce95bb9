/**
 * Linux paths, and Windows paths if a path begins like one (`C:\k`, `\\server\share`): a tool on Windows gets such paths from
 * its working directory and its flags, and Linux nodes have no paths that begin like that.
 */
import { isWindowsPath, windowsVolume } from "@imagecred/kubelet";

/** Whether a path is absolute, on Linux or on Windows. */
export function isAbsolute(path: string): boolean {
  return path.startsWith("/") || isWindowsPath(path);
}

/** The separator in lists of paths (PATH, KUBECONFIG, SSL_CERT_DIR) on the system with this working directory. */
export function listSeparator(workingDirectory: string): ":" | ";" {
  return isWindowsPath(workingDirectory) ? ";" : ":";
}

/**
 * Joins path segments; an absolute segment replaces those before it. Does not resolve `.` and `..`, because of links. After a
 * Windows path the separator is `\`, and a segment that begins with a slash is relative to the root of its drive.
 */
export function joinPath(...segments: readonly string[]): string {
  let path = "";
  for (const segment of segments) {
    if (isWindowsPath(path) && !isWindowsPath(segment)) path = joinWindows(path, segment);
    else if (isAbsolute(segment) || path === "") path = segment;
    else if (segment !== "") path = `${path.replace(/\/+$/, "")}/${segment}`;
  }
  return path;
}

function joinWindows(path: string, segment: string): string {
  if (segment === "") return path;
  const rooted = /^[\\/]/.test(segment);
  const base = rooted ? windowsVolume(path) || path : path;
  return `${base.replace(/[\\/]+$/, "")}\\${segment.replace(/^[\\/]+/, "").replaceAll("/", "\\")}`;
}

/** `/a/b` of `/a/b/c`, `/` of `/a`; `C:\a` of `C:\a\b`, `C:\` of `C:\a`. */
export function parentOf(path: string): string {
  if (isWindowsPath(path)) {
    const parent = /^(.*[^\\/])[\\/]+[^\\/]+[\\/]*$/.exec(path)?.[1];
    return parent === undefined ? path : parent.endsWith(":") ? `${parent}\\` : parent;
  }
  const trimmed = path.replace(/(?<=.)\/+$/, "");
  const slash = trimmed.lastIndexOf("/");
  if (slash < 0) return ".";
  return slash === 0 ? "/" : trimmed.slice(0, slash).replace(/(?<=.)\/+$/, "");
}

/** `c` of `/a/b/c` and of `C:\a\b\c`. */
export function baseName(path: string): string {
  const parts = path.split(isWindowsPath(path) ? /[\\/]+/ : /\/+/).filter((part) => part !== "");
  return parts.at(-1) ?? "";
}
