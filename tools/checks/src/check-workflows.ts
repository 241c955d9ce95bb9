import { goTool } from "@imagecred/release";
import { pythonProgram, ROOT, run } from "@imagecred/workspace";

/** Static analysis of GitHub Actions workflows for security; a Python package that carries its executable. */
const ZIZMOR = "zizmor==1.32.0";

/** The workflows under actionlint (do they mean anything?) and zizmor (are they safe?). Exit 1 with what was found. */
try {
  run(goTool("actionlint"), ["-no-color"], { cwd: ROOT });
  console.log("  actionlint: no findings");
  run(
    pythonProgram(ZIZMOR, "zizmor"),
    ["--offline", "--no-progress", "--color=never", "--persona=pedantic", ".github", "action.yml"],
    {
      cwd: ROOT,
    },
  );
  console.log("  zizmor (pedantic): no findings");
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
