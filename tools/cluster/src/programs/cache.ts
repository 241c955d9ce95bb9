import { homedir } from "node:os";
import { join } from "node:path";

/** Where built programs are cached between runs: outside the checkout, under a key of everything that goes into them. */
export const CACHE = process.env["IMAGECRED_CACHE"] ?? join(homedir(), ".cache", "imagecred");
