declare const IMAGECRED_VERSION: string | undefined;

/** The release that this executable belongs to; the build puts it in. */
export const VERSION = typeof IMAGECRED_VERSION === "string" ? IMAGECRED_VERSION : "0.0.0-dev";
