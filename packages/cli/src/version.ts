declare const IMAGECRED_VERSION: string | undefined;

/** Set by the build; sources that run as they are have no version. */
export const VERSION = typeof IMAGECRED_VERSION === "undefined" ? "0.0.0-dev" : IMAGECRED_VERSION;
