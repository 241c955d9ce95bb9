import { join } from "node:path";
import { writeExecutablesImage } from "@imagecred/release";
import { executable, executablePath } from "@imagecred/workspace";
import type { Cluster } from "../cluster.ts";
import { LayoutImages } from "../layout-images.ts";
import { PLUGIN_EXECUTABLES } from "../plugins.ts";
import { publicRegistry } from "../public-registry.ts";

const HOST = "ghcr.io";
const REPOSITORY = "imagecred/imagecred";

/** Why the image cannot be made, or undefined: a node without a C library of the image's own runs static executables only. */
export function whyNoInstallerImage(): string | undefined {
  return PLUGIN_EXECUTABLES.map((name) => executable(name, "static")).find(({ skipped }) => skipped)?.skipped;
}

/** Lets ghcr.io serve the image that the chart uses, made of the built executables as the release makes it. */
export async function serveInstallerImage(
  cluster: Cluster,
  directory: string,
  version: string,
): Promise<void> {
  const paths = PLUGIN_EXECUTABLES.map((name) => [name, executablePath(name, "static")] as const);
  const layout = join(directory, "image");
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  await writeExecutablesImage(layout, [{ architecture, paths: new Map(paths) }], {
    version,
    sourceDateEpoch: 0,
  });
  cluster.clouds.core.addTls(publicRegistry(HOST, [REPOSITORY], new LayoutImages(layout)));
}
