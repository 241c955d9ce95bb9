import type { FileSystem } from "../file-system.ts";
import { cleanPath } from "../go/path.ts";

/** Files in memory, by absolute path; directories are implied. */
export function memoryFileSystem(files: ReadonlyMap<string, Uint8Array>): FileSystem {
  const isDirectory = (path: string) => [...files.keys()].some((file) => file.startsWith(`${path}/`));
  return {
    status(path) {
      const clean = cleanPath(path);
      if (files.has(clean)) return { kind: "file", mode: 0o644 };
      return isDirectory(clean) ? { kind: "directory", mode: 0o755 } : undefined;
    },
    read(path) {
      const data = files.get(cleanPath(path));
      if (data !== undefined) return data;
      throw Object.assign(new Error(`cannot read ${path}`), {
        code: isDirectory(path) ? "EISDIR" : "ENOENT",
      });
    },
    list(path) {
      const prefix = `${cleanPath(path)}/`;
      const inside = [...files.keys()].filter((file) => file.startsWith(prefix));
      return [...new Set(inside.map((file) => file.slice(prefix.length).split("/", 1)[0] ?? ""))];
    },
  };
}
