import { spawnSync } from "node:child_process";
import { join } from "node:path";

const BUILD = join(import.meta.dirname, "../../build/src/main.ts");

/**
 * Builds the three plugins into `directory` and gives the bin dir. Static where their host is in the cache already (it
 * takes minutes to compile, and `npm run build` does that); otherwise Node single executables.
 */
export function buildPlugins(directory: string): {
  readonly binDir: string;
  readonly runtime: "static" | "node";
} {
  const platform = `linux-${process.arch === "x64" ? "amd64" : process.arch}`;
  if (build(directory, "static", ["--cached-host"]))
    return { binDir: join(directory, platform), runtime: "static" };
  if (build(directory, "node", [])) return { binDir: join(directory, `${platform}-node`), runtime: "node" };
  throw new Error("the plugins could not be built");
}

function build(directory: string, runtime: string, flags: readonly string[]): boolean {
  const args = [
    "--conditions=@imagecred/source",
    BUILD,
    "--only",
    "ecr,acr,gcr",
    "--runtime",
    runtime,
    "--out",
    directory,
    ...flags,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`building the plugins: ${stdout}${stderr}`);
  return !/skipped/.test(stdout);
}
