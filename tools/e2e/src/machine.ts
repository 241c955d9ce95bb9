import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Why a test that needs root and some programs can't run here; false when it can (as node:test's `skip` wants it). */
export function needsRoot(...programs: string[]): string | false {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  const missing = programs.filter((program) => !onPath(program));
  return missing.length > 0 ? `needs ${missing.join(", ")} on the PATH` : false;
}

function onPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
