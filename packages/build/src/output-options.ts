import type { BuildOptions } from "esbuild";

/** Options for the output's code, for both runtimes. */
export const OUTPUT = {
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  // Short names are fewer bytes to read at start; line breaks stay, so that positions in errors are useful.
  minifyIdentifiers: true,
  minifySyntax: true,
} as const satisfies BuildOptions;

/** Options for the static runtime: ES modules in a language version that its engine supports. */
export const STATIC = {
  format: "esm",
  platform: "neutral",
  target: "es2023",
} as const satisfies BuildOptions;
