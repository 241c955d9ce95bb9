import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chartMetadata, type Helm, packageChart } from "@imagecred/chart";
import { writeChartLayout, writeExecutablesImage } from "@imagecred/release";
import { executable, executablePath } from "@imagecred/workspace";
import type { Cluster } from "../cluster.ts";
import { LayoutImages } from "../layout-images.ts";
import { PLUGIN_EXECUTABLES } from "../plugins.ts";
import { publicRegistry } from "../public-registry.ts";

const IMAGE = "imagecred/imagecred";
const CHART = "imagecred/charts/imagecred";

const JSON_TYPE = { "content-type": "application/json" };

/** Why the image cannot be made, or undefined: a node without a C library of the image's own runs static executables only. */
export function whyNoStaticImage(): string | undefined {
  return PLUGIN_EXECUTABLES.map((name) => executable(name, "static")).find(({ skipped }) => skipped)?.skipped;
}

/**
 * Serves the chart and its image as ghcr.io, built as in a release, from the built executables.
 * @param directory for the layouts
 */
export async function serveRelease(cluster: Cluster, helm: Helm, directory: string): Promise<void> {
  const metadata = chartMetadata();
  const version = String(metadata["version"]);
  const paths = PLUGIN_EXECUTABLES.map((name) => [name, executablePath(name, "static")] as const);
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const [image, chart] = [join(directory, "image"), join(directory, "chart-image")];
  await writeExecutablesImage(image, [{ architecture, paths: new Map(paths) }], {
    version,
    sourceDateEpoch: 0,
  });
  const archive = readFileSync(packageChart(helm, directory, 0));
  writeChartLayout(chart, archive, metadata, { version, createdAt: 0, annotations: {} });
  const registry = publicRegistry("ghcr.io", [IMAGE, CHART], {
    manifest: (host, repository, reference) =>
      new LayoutImages(repository === CHART ? chart : image).manifest(host, repository, reference),
    blob: (digest) => new LayoutImages(chart).blob(digest) ?? new LayoutImages(image).blob(digest),
  });
  cluster.clouds.core.addTls({
    ...registry,
    // Without --version helm looks for the newest tag (distribution-spec, "Listing Tags").
    handle: (request) =>
      request.path === `/v2/${CHART}/tags/list`
        ? { status: 200, headers: JSON_TYPE, body: JSON.stringify({ name: CHART, tags: [version] }) }
        : registry.handle(request),
  });
}
