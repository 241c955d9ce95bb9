/**
 * Paths of Linux, and of Windows where a path begins as one of Windows does (`C:\k`, `\\server\share`): a tool on Windows has
 * such paths from its working directory and its flags, and no Linux node has a path that begins so.
 */
import { isWindowsPath, windowsVolume } from "@imagecred/kubelet";

/** Whether a path is absolute, on Linux or on Windows. */
export function isAbsolute(path: string): boolean {
  return path.startsWith("/") || isWindowsPath(path);
}

/** What separates the paths of a list (PATH, KUBECONFIG, SSL_CERT_DIR) on the system that has this working directory. */
export function listSeparator(workingDirectory: string): ":" | ";" {
  return isWindowsPath(workingDirectory) ? ";" : ":";
}

/**
 * Joins path segments; an absolute segment replaces what is before it. No `.` or `..` is resolved: links may make them mean more.
 * Behind a Windows path the separator is `\`, and a segment that begins with a slash begins at the root of its drive.
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
