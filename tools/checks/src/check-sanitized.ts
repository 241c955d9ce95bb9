/**
 * The static runtime and QuickJS with AddressSanitizer, which ends a process at its first access to memory that is not its own: a
 * stage of `npm test`. Runs the runtime's own tests, then the tests that the command line names with sanitized executables.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildAll, cargo, parseOptions } from "@imagecred/executables";
import { CACHE, executablePath, ownPlatform, run, ToolError } from "@imagecred/workspace";

try {
  cargo(["test"], ownPlatform(), "sanitized");
  const dist = join(CACHE, "sanitized", "dist");
  await buildAll(parseOptions(["--profile=sanitized", "--runtime=static", `--out=${dist}`]));
  const plugin = executablePath("ecr-credential-provider", "static", { dist });
  const { stderr } = spawnSync(plugin, ["--version"], { encoding: "utf8", env: { ASAN_OPTIONS: "help=1" } });
  if (!stderr.includes("AddressSanitizer")) throw new ToolError(`${plugin} has no AddressSanitizer`);
  const [program = "", ...args] = process.argv.slice(2);
  run(program, args, { visible: true, env: { IMAGECRED_DIST: dist, IMAGECRED_TEST_PROFILE: "sanitized" } });
} catch (error) {
  if (!(error instanceof ToolError)) throw error;
  process.stderr.write(`check-sanitized: ${error.message}\n`);
  process.exitCode = 1;
}
