import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notInstalled, run } from "@imagecred/workspace";
import { sha256 } from "../checksums.ts";
import type { Step } from "./step.ts";

/** skopeo copies the chart out of its layout, and what comes out is the packaged chart. */
export const chart: Step = {
  name: "skopeo copy of the Helm chart, which is the packaged one",
  skip: () => notInstalled("skopeo", "tar"),
  run(directory) {
    const [archive] = globSync("chart/imagecred-*.tgz", { cwd: directory });
    if (archive === undefined) throw new Error("there is no chart");
    const layout = join(directory, "chart-image");
    if (!existsSync(layout)) throw new Error("the chart has no image layout");
    const scratch = mkdtempSync(join(tmpdir(), "imagecred-chart-"));
    try {
      run("skopeo", ["--insecure-policy", "copy", "--quiet", `oci:${layout}`, `dir:${scratch}/chart`]);
      const manifest = JSON.parse(readFileSync(join(scratch, "chart", "manifest.json"), "utf8"));
      const [layer] = manifest.layers as readonly { readonly digest: string }[];
      const digest = sha256(readFileSync(join(directory, archive)));
      if (layer?.digest !== `sha256:${digest}`) throw new Error(`${archive} is not what the layout has`);
      const names = run("tar", ["-tzf", join(directory, archive)]).split("\n");
      if (!names.includes("imagecred/LICENSE")) throw new Error(`${archive} has no license`);
    } finally {
      rmSync(scratch, { recursive: true });
    }
    return archive;
  },
};
