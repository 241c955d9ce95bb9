import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ROOT } from "@imagecred/workspace";
import type { Helm } from "./helm.ts";
import { CHART } from "./paths.ts";

/**
 * Has helm package the chart as `imagecred-VERSION.tgz`: the same bytes every time, because helm gives the archive's entries
 * the times of the files.
 * @param modifiedAt SOURCE_DATE_EPOCH, in seconds @returns path of the archive
 */
export function packageChart(helm: Helm, directory: string, modifiedAt: number): string {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-chart-"));
  try {
    const chart = join(scratch, "imagecred");
    cpSync(CHART, chart, { recursive: true });
    copyFileSync(join(ROOT, "LICENSE"), join(chart, "LICENSE"));
    for (const path of readdirSync(chart, { recursive: true, encoding: "utf8" }))
      utimesSync(join(chart, path), modifiedAt, modifiedAt);
    const said = helm.run(["package", chart, "--destination", directory]);
    const path = /saved it to: (.*)$/m.exec(said)?.[1];
    if (path === undefined) throw new Error(`helm package did not say where the chart is: ${said}`);
    return join(directory, basename(path));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
