import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import type { OnResolveResult, Plugin } from "esbuild";

/**
 * The AWS SDK in the static runtime: its browser builds, but for two modules of which the Node build asks for less. The
 * XML parser of the browser build is the browser's own; the parser of profile files is in the Node build only.
 */
export const awsSdkResolution: Plugin = {
  name: "aws-sdk-resolution",
  setup(build) {
    build.onResolve({ filter: /^\.\/xml-parser$/ }, ({ importer }) =>
      importer.includes("/@aws-sdk/xml-builder/")
        ? asIs(join(dirname(importer), "xml-parser.js"))
        : undefined,
    );
    build.onResolve({ filter: /^@smithy\/core\/config$/ }, ({ importer }) => {
      if (importer.includes("/node_modules/")) return undefined;
      const manifest = findPackageJSON("@smithy/core", importer) ?? "";
      return asIs(join(dirname(manifest), "dist-es/submodules/config/index.js"));
    });
  },
};

/** A path that is not to be looked up in a package's `browser` field. */
function asIs(path: string): OnResolveResult {
  return { path, sideEffects: false };
}
