import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notInstalled, run } from "@imagecred/workspace";
import { PROGRAMS } from "../assets.ts";
import { sha256 } from "../checksums.ts";
import { CHECKSUMS } from "../executables-image.ts";
import type { Step } from "./step.ts";

/** skopeo copies a platform's image out of the layout, which checks every digest on the way. */
export const image: Step = {
  name: "skopeo copy of the image, for each platform of its index",
  skip: () => notInstalled("skopeo", "tar", "sha256sum"),
  run(directory) {
    const layout = join(directory, "image");
    if (!existsSync(layout)) throw new Error("there is no image layout");
    const index = JSON.parse(run("skopeo", ["inspect", "--raw", `oci:${layout}`]));
    const platforms: readonly { architecture: string; os: string }[] = index.manifests.map(
      ({ platform }: { platform: unknown }) => platform,
    );
    for (const { architecture, os } of platforms) look(directory, layout, os, architecture);
    return platforms.map(({ os, architecture }) => `${os}/${architecture}`).join(", ");
  },
};

function look(directory: string, layout: string, os: string, architecture: string): void {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-image-"));
  try {
    run("skopeo", [
      "--insecure-policy",
      "copy",
      "--quiet",
      "--override-os",
      os,
      "--override-arch",
      architecture,
      `oci:${layout}`,
      `dir:${scratch}/image`,
    ]);
    const manifest = JSON.parse(readFileSync(join(scratch, "image", "manifest.json"), "utf8"));
    const [layer] = manifest.layers;
    run("tar", ["-xzf", join(scratch, "image", layer.digest.replace("sha256:", "")), "-C", scratch]);
    for (const program of PROGRAMS) {
      const asset = join(directory, os, architecture, `${program}-${os}-${architecture}`);
      if (sha256(readFileSync(join(scratch, program))) !== sha256(readFileSync(asset)))
        throw new Error(`${program} is not the asset ${asset}`);
    }
    run("sha256sum", ["--check", "--quiet", "--strict", CHECKSUMS], { cwd: scratch });
    const known: readonly string[] = ["image", CHECKSUMS, ...PROGRAMS];
    const extra = readdirSync(scratch).filter((name) => !known.includes(name));
    if (extra.length > 0) throw new Error(`the image has more than the executables: ${extra.join(", ")}`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
