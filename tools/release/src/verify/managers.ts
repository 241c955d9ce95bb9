import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@imagecred/workspace";
import { goTool, missingForGoTools } from "../go-tools.ts";
import { pageFile } from "./package-lint.ts";
import type { Step } from "./step.ts";

/** krew's own check of its index: structure, selectors, and that the file has the plugin's name. It downloads nothing. */
export const krew: Step = {
  name: "validate-krew-manifest of the krew manifest",
  skip: missingForGoTools,
  run(directory) {
    const scratch = mkdtempSync(join(tmpdir(), "imagecred-krew-"));
    try {
      const manifest = join(scratch, "imagecred.yaml");
      copyFileSync(pageFile(directory, "imagecred.krew.yaml"), manifest);
      run(goTool("validate-krew-manifest"), ["-manifest", manifest, "-skip-install"]);
      return "accepted";
    } finally {
      rmSync(scratch, { recursive: true });
    }
  },
};

/** The lines of the page, in its own directory. */
export const flat: Step = {
  name: "sha256sum --check of the release page, one flat directory",
  run(directory) {
    const page = join(pageFile(directory, "SHA256SUMS"), "..");
    const lines = run("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: page }).trim().split("\n");
    return `${lines.length} files`;
  },
};
