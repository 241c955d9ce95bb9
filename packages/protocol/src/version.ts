declare const IMAGECRED_VERSION: string | undefined;

/** The release of this executable; the build sets it. */
export const VERSION = typeof IMAGECRED_VERSION === "string" ? IMAGECRED_VERSION : "0.0.0-dev";
