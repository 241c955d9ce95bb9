import { existsSync } from "node:fs";
import { join } from "node:path";
import { goTool } from "@imagecred/release";
import { CACHE, ROOT, run } from "@imagecred/workspace";

/** Static analysis of GitHub Actions workflows for security; a Python package that carries its executable. */
const ZIZMOR = "zizmor==1.32.0";

/** The workflows under actionlint (do they mean anything?) and zizmor (are they safe?). Exit 1 with what was found. */
try {
  run(goTool("actionlint"), ["-no-color"], { cwd: ROOT });
  console.log("  actionlint: no findings");
  run(zizmor(), ["--offline", "--no-progress", "--color=never", "--persona=pedantic", ".github"], {
    cwd: ROOT,
  });
  console.log("  zizmor (pedantic): no findings");
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function zizmor(): string {
  const environment = join(CACHE, "python", ZIZMOR);
  const path = join(environment, "bin", "zizmor");
  if (!existsSync(path)) {
    run("python3", ["-m", "venv", environment]);
    run(join(environment, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", ZIZMOR]);
  }
  return path;
}
