/**
 * Formatting, clippy and tests of tools/runtime: a stage of `npm test`. Uses the `fast` profile's directory in the cache,
 * so that dependencies are compiled once for both.
 */
import { join } from "node:path";
import { BuildError, cargo, ownPlatform, root, run } from "@imagecred/executables";

const crate = join(root, "tools", "runtime");
const platform = ownPlatform();

try {
  run("cargo", ["fmt", "--check"], { cwd: crate, visible: true });
  cargo(["clippy", "--all-targets"], platform, "fast", ["--", "-D", "warnings"]);
  cargo(["test"], platform, "fast");
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`check-runtime: ${error.message}\n`);
  process.exitCode = 1;
}
