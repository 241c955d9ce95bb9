import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** A path that cannot be read as a file, and the reason. */
export interface OddFile {
  /** The system's code, or what happens: `ENOENT`, `never ends`. */
  readonly what: string;
  readonly path: string;
  /** Whether it is unreadable for root too; a file with mode 000 is not. */
  readonly forRoot: boolean;
}

/**
 * Creates a path for every way in which reading a file fails or never ends.
 * @param directory an empty directory that other users may read
 * @returns the paths, and a function that closes the socket among them
 */
export async function oddFiles(
  directory: string,
): Promise<{ readonly files: readonly OddFile[]; readonly close: () => void }> {
  const at = (name: string) => join(directory, name);
  mkdirSync(at("directory"));
  writeFileSync(at("file"), "content");
  symlinkSync("loop", at("loop"));
  writeFileSync(at("secret"), "content");
  chmodSync(at("secret"), 0);
  mkdirSync(at("closed"), { mode: 0o700 });
  writeFileSync(at("large"), "");
  truncateSync(at("large"), 64 * 1024 * 1024);
  spawnSync("mkfifo", [at("pipe")]);
  chmodSync(at("pipe"), 0o666);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(at("socket"), resolve));
  const files = [
    { what: "ENOENT", path: at("nothing"), forRoot: true },
    { what: "ENOENT in a directory that does not exist", path: at("nothing/here"), forRoot: true },
    { what: "ENOTDIR", path: at("file/below"), forRoot: true },
    { what: "EISDIR", path: at("directory"), forRoot: true },
    { what: "ELOOP", path: at("loop"), forRoot: true },
    { what: "ENAMETOOLONG", path: at("a".repeat(300)), forRoot: true },
    { what: "ENAMETOOLONG of the whole path", path: `/${"a/".repeat(3_000)}`, forRoot: true },
    { what: "EACCES", path: at("secret"), forRoot: false },
    { what: "EACCES of its directory", path: at("closed/file"), forRoot: false },
    { what: "EIO", path: "/proc/self/mem", forRoot: true },
    { what: "ENXIO", path: at("socket"), forRoot: true },
    { what: "EFBIG", path: at("large"), forRoot: true },
    { what: "a pipe without a writer", path: at("pipe"), forRoot: true },
    { what: "never ends", path: "/dev/zero", forRoot: true },
    { what: "an empty name", path: "", forRoot: true },
  ];
  return { files, close: () => server.close() };
}

/** Creates files that cannot be executed, one for each error of the system. */
export function oddPrograms(directory: string): Readonly<Record<string, string>> {
  const at = (name: string, content: string, mode = 0o755) => {
    const path = join(directory, name);
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };
  const busy = at("busy", "#!/bin/sh\n");
  // Stays open for writing as long as this process runs.
  openSync(busy, "a");
  return {
    ENOENT: join(directory, "no-program"),
    ENOTDIR: join(at("plain", ""), "below"),
    EACCES: at("not-executable", "#!/bin/sh\n", 0o644),
    "EACCES of a directory": directory,
    "ENOENT of its interpreter": at("no-interpreter", "#!/nonexistent/interpreter\n"),
    ENOEXEC: at("no-format", "\u007fELF but not really"),
    ETXTBSY: busy,
    ENAMETOOLONG: `/${"a".repeat(300)}`,
    "a signal": at("killed", "#!/bin/sh\nkill -SEGV $$\n"),
    "a failure without output": at("fails", "#!/bin/sh\nexit 7\n"),
    "no output": at("silent", "#!/bin/sh\n"),
    "output that is not JSON": at("talks", "#!/bin/sh\necho hello\n"),
  };
}
