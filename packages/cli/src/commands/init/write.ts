import { joinPath, parentOf } from "@imagecred/node";
import type { OutputFile } from "../../distributions/types.ts";
import { CommandError, systemReason } from "../../errors.ts";
import type { FileSystem } from "../../runtime/types.ts";

export interface WrittenFile {
  readonly name: string;
  readonly about: string;
  readonly content: string;
  readonly state: "created" | "replaced" | "unchanged" | "not-written";
}

const MODE = 0o644;
const DIRECTORY_MODE = 0o755;
const LARGEST_EXISTING = 1 << 20;

/**
 * Writes the files of a plan below a directory: all, or none if an existing file differs and must not be replaced.
 * @throws {CommandError} for a file that differs, unless `replace` is true
 */
export function writeFiles(
  fileSystem: FileSystem,
  directory: string,
  files: readonly OutputFile[],
  replace: boolean,
): readonly WrittenFile[] {
  try {
    const planned = files.map((file) => ({
      ...file,
      state: stateOf(fileSystem, joinPath(directory, file.name), file.content),
    }));
    const different = planned.filter((file) => file.state === "replaced");
    if (different.length > 0 && !replace) {
      throw new CommandError(
        `${different.map((file) => joinPath(directory, file.name)).join(", ")} already exists with other content, nothing was written; ` +
          "use --force to replace it, or --directory to write elsewhere",
      );
    }
    for (const file of planned) {
      if (file.state !== "unchanged") writeFile(fileSystem, joinPath(directory, file.name), file.content);
    }
    return planned;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`writing into ${directory}: ${systemReason(error)}`, { cause: error });
  }
}

function stateOf(
  fileSystem: FileSystem,
  path: string,
  content: string,
): "created" | "replaced" | "unchanged" {
  if (fileSystem.status(path) === undefined) return "created";
  const there = new TextDecoder().decode(fileSystem.read(path, LARGEST_EXISTING));
  return there === content ? "unchanged" : "replaced";
}

function writeFile(fileSystem: FileSystem, path: string, content: string): void {
  makeDirectories(fileSystem, parentOf(path));
  const temporary = `${path}.imagecred-new`;
  if (fileSystem.status(temporary, "do-not-follow") !== undefined) fileSystem.remove(temporary);
  fileSystem.create(temporary, new TextEncoder().encode(content), MODE);
  fileSystem.rename(temporary, path);
}

function makeDirectories(fileSystem: FileSystem, path: string): void {
  if (fileSystem.status(path) !== undefined) return;
  const parent = parentOf(path);
  if (parent !== path) makeDirectories(fileSystem, parent);
  fileSystem.makeDirectory(path, DIRECTORY_MODE);
}
