import type { Files } from "./files.ts";

/** The files with new content for one of them, or with one file more. */
export function overlay(files: Files, path: string, content: string): Files {
  const data = new TextEncoder().encode(content);
  const slash = path.lastIndexOf("/");
  const [directory, name] = [path.slice(0, slash), path.slice(slash + 1)];
  const status = { mode: 0o644, uid: 0, gid: 0, size: data.length, modifiedMs: 0 };
  return {
    ...files,
    status(at, links) {
      if (at === path) return { ...status, kind: "file" };
      const found = files.status(at, links);
      return found === undefined && at === directory ? { ...status, kind: "directory" } : found;
    },
    read: (at, maxBytes) => (at === path ? data.slice(0, maxBytes) : files.read(at, maxBytes)),
    list(at) {
      if (at !== directory) return files.list(at);
      const names = files.status(at) === undefined ? [] : files.list(at);
      return names.includes(name) ? names : [...names, name];
    },
  };
}
