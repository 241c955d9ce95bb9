import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Directories of runs that are not closed yet; they are removed when the process exits. */
const open = new Set<string>();

/** Creates a directory for the files of one run. */
export async function makeRunDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "fake-clouds-"));
  if (open.size === 0) process.once("exit", removeAll);
  open.add(directory);
  return directory;
}

export async function removeRunDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  open.delete(directory);
  if (open.size === 0) process.off("exit", removeAll);
}

function removeAll(): void {
  for (const directory of open) rmSync(directory, { recursive: true, force: true });
}
