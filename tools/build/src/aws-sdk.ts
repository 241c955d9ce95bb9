import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";

/**
 * The AWS SDK in the static runtime: its browser builds, but for two modules of which the Node build asks for less. The
 * XML parser of the browser build is the browser's own; the profile files' parser is in the Node build only.
 */
export const awsSdkResolution: Plugin = {
  name: "aws-sdk-resolution",
  setup(build) {
    build.onResolve({ filter: /^\.\/xml-parser$/ }, ({ importer, path }) =>
      importer.includes("/@aws-sdk/xml-builder/") ? nodeBuild(join(dirname(importer), `${path}.js`)) : undefined,
    );
    build.onResolve({ filter: /^@smithy\/core\/config$/ }, ({ importer }) =>
      importer.includes("/packages/ecr/")
        ? nodeBuild(join(packageDirectory("@smithy/core", importer), "dist-es/submodules/config/index.js"))
        : undefined,
    );
  },
};
