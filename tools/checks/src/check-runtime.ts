/**
 * Formatting, clippy and tests of tools/runtime: a stage of `npm test`. Uses the `fast` profile's directory in the cache,
 * so that dependencies are compiled once for both.
 */
import { cargo, crateDirectory } from "@imagecred/executables";
import { ownPlatform, run, ToolError } from "@imagecred/workspace";

const platform = ownPlatform();

try {
  run("cargo", ["fmt", "--check"], { cwd: crateDirectory, visible: true });
  cargo(["clippy", "--all-targets"], platform, "fast", ["--", "-D", "warnings"]);
  cargo(["test"], platform, "fast");
} catch (error) {
  if (!(error instanceof ToolError)) throw error;
  process.stderr.write(`check-runtime: ${error.message}\n`);
  process.exitCode = 1;
}
