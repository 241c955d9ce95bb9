import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The repository's top directory. */
export const ROOT = resolve(import.meta.dirname, "../../..");

/** Where `npm run build` writes the executables, and `npm run release` the release (see {@link executablePath}): `IMAGECRED_DIST`, else `dist`. */
export const DIST = process.env["IMAGECRED_DIST"] || join(ROOT, "dist");

/** Pages and schemas for users. */
export const DOCS = join(ROOT, "docs");

/** The directory of big files between runs, outside the checkout: `IMAGECRED_CACHE`, else `~/.cache/imagecred`. */
export const CACHE = process.env["IMAGECRED_CACHE"] || join(homedir(), ".cache", "imagecred");
