import { dirname } from "node:path";
import { executables, type Runtime } from "@imagecred/workspace";

/** The directories that hold all three plugins' executables; the static ones first. */
export function binDirectories(): readonly { readonly runtime: Runtime; readonly binDir: string }[] {
  const [ecr = [], ...others] = ["ecr", "acr", "gcr"].map((plugin) =>
    executables(`${plugin}-credential-provider`),
  );
  return ecr.flatMap((built) => {
    const all = others.every((plugin) =>
      plugin.some(({ runtime, skipped }) => runtime === built.runtime && skipped === undefined),
    );
    return built.skipped === undefined && all
      ? [{ runtime: built.runtime, binDir: dirname(built.path) }]
      : [];
  });
}

/** Why there is nothing to test when {@link binDirectories} has none. */
export const NOT_BUILT = "the executables are not built (npm run build)";
