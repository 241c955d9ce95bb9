import type { BuildOptions } from "esbuild";

/** How code is written, for every runtime. */
export const OUTPUT = {
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  // Short names are fewer bytes to read at start; lines stay, so that an error's place says something.
  minifyIdentifiers: true,
  minifySyntax: true,
} as const satisfies BuildOptions;

/** What the static runtime reads: ES modules, of a language that its engine has. */
export const STATIC = {
  format: "esm",
  platform: "neutral",
  target: "es2023",
} as const satisfies BuildOptions;
