/** filepath.Join of two elements on Linux: empty ones are left out, the result is cleaned of `.`, `..` and `//`. */
export function joinPath(directory: string, name: string): string {
  const joined = [directory, name].filter((part) => part !== "").join("/");
  return joined === "" ? "" : cleanPath(joined);
}

/** filepath.Clean on Linux. */
export function cleanPath(path: string): string {
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
