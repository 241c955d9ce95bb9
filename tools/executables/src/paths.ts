import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The checkout. */
export const root = resolve(import.meta.dirname, "../../..");

/** Where the executables go: `dist/linux-amd64/<name>` and `dist/linux-amd64-node/<name>`. */
export const distDirectory = join(root, "dist");

/** What may be kept between builds, outside the checkout: `IMAGECRED_CACHE`, else `~/.cache/imagecred`. */
export const cacheDirectory = process.env["IMAGECRED_CACHE"] || join(homedir(), ".cache", "imagecred");
