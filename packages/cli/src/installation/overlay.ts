import { parentOf, type RootedWritableFiles } from "@imagecred/node";

/** The files with new content for one of them, or with one file more; its directory must exist. */
export function withFile(files: RootedWritableFiles, path: string, data: Uint8Array): RootedWritableFiles {
  const status = { mode: 0o644, uid: 0, gid: 0, size: data.length, modifiedMs: 0 };
  const name = path.slice(path.lastIndexOf("/") + 1);
  return {
    ...files,
    status: (at, links) => (at === path ? { ...status, kind: "file" } : files.status(at, links)),
    read: (at, maxBytes) => (at === path ? data.subarray(0, maxBytes) : files.read(at, maxBytes)),
    realPath: (at) => (at === path ? at : files.realPath(at)),
    list: (at) => {
      const names = files.list(at);
      return at !== parentOf(path) || names.includes(name) ? names : [...names, name].sort();
    },
  };
}
