/** Joins path segments; an absolute segment replaces what is before it. No `.` or `..` is resolved: links may make them mean more. */
export function joinPath(...segments: readonly string[]): string {
  let path = "";
  for (const segment of segments) {
    if (segment.startsWith("/") || path === "") path = segment;
    else if (segment !== "") path = `${path.replace(/\/+$/, "")}/${segment}`;
  }
  return path;
}

/** `/a/b` of `/a/b/c`, `/` of `/a`. */
export function parentOf(path: string): string {
  const trimmed = path.replace(/(?<=.)\/+$/, "");
  const slash = trimmed.lastIndexOf("/");
  if (slash < 0) return ".";
  return slash === 0 ? "/" : trimmed.slice(0, slash).replace(/(?<=.)\/+$/, "");
}

/** `c` of `/a/b/c`. */
export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}
