import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, root } from "@imagecred/executables";
import { goTool, isInstalled, missingForGoTools, tool } from "@imagecred/release";

/** Static analysis of GitHub Actions workflows for security; a Python package that carries its executable. */
const ZIZMOR = "zizmor==1.32.0";

/** The workflows under actionlint (do they mean anything?) and zizmor (are they safe?). Exit 1 with what was found. */
try {
  const missing = missingForGoTools() ?? (isInstalled("python3") ? undefined : "python3 is not installed");
  if (missing !== undefined) throw new Error(missing);
  tool(goTool("actionlint"), ["-no-color"], { cwd: root });
  console.log("  actionlint: nothing to say");
  tool(zizmor(), ["--offline", "--no-progress", "--color=never", "--persona=pedantic", ".github"], {
    cwd: root,
  });
  console.log("  zizmor (pedantic): nothing to say");
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function zizmor(): string {
  const environment = join(cacheDirectory, "python", ZIZMOR);
  const path = join(environment, "bin", "zizmor");
  if (!existsSync(path)) {
    tool("python3", ["-m", "venv", environment]);
    tool(join(environment, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", ZIZMOR]);
  }
  return path;
}
