import { joinPath } from "@imagecred/node";

/** A path as the command was given it, from `/` on. */
export function absolute(path: string, workingDirectory: string): string {
  return joinPath(workingDirectory, path);
}
