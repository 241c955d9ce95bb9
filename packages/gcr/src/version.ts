/** Set by the build; a plugin run from source has no version. */
declare const IMAGECRED_VERSION: string | undefined;

export const VERSION = typeof IMAGECRED_VERSION === "undefined" ? "0.0.0-dev" : IMAGECRED_VERSION;
