import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { CACHE, notInstalled, run } from "@imagecred/workspace";
import type { Step } from "./step.ts";

/** The SPDX project's own validator. */
const SPDX_TOOLS = "spdx-tools==0.8.5";

export const sbomValidator: Step = {
  name: "SPDX documents, by the SPDX project's validator",
  skip: () => notInstalled("python3"),
  run(directory) {
    const documents = globSync("*/*/*.spdx.json", { cwd: directory });
    if (documents.length === 0) throw new Error("there are none");
    const validator = installed();
    for (const document of documents) run(validator, ["--infile", join(directory, document)]);
    return `${documents.length} documents are valid SPDX 2.3`;
  },
};

/** In a Python environment of its own, in the cache. */
function installed(): string {
  const environment = join(CACHE, "python", SPDX_TOOLS);
  const validator = join(environment, "bin", "pyspdxtools");
  if (!existsSync(validator)) {
    run("python3", ["-m", "venv", environment]);
    run(join(environment, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", SPDX_TOOLS]);
  }
  return validator;
}
