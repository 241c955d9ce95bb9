import { accessSync, constants } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const RUNTIMES = ["static", "node"] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** A built file, or why there is none to test. */
export type Executable =
  | { readonly runtime: Runtime; readonly path: string; readonly skipped?: undefined }
  | { readonly runtime: Runtime; readonly skipped: string };

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** This machine's executables of a plugin, one per runtime. @param name as in `dist/`: `ecr-credential-provider` */
export function executables(name: string): Executable[] {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  return RUNTIMES.map((runtime) => {
    const directory = `linux-${architecture}${runtime === "node" ? "-node" : ""}`;
    const path = join(REPOSITORY, "dist", directory, name);
    try {
      accessSync(path, constants.X_OK);
      return { runtime, path };
    } catch {
      const why = runtime === "static" ? " (it takes a Rust toolchain)" : "";
      return { runtime, skipped: `${relative(REPOSITORY, path)} was not built${why}` };
    }
  });
}
