import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import type { OnLoadResult, OnResolveResult, Plugin } from "esbuild";

/**
 * The AWS SDK in the static runtime: its browser builds, which ask for the least, with two kinds of exceptions. A module of
 * the Node build stands where the browser build counts on a browser; and what packages/ecr puts its own in the place of
 * (sdk/client-settings.ts) is left out, since every byte of code is read at every start.
 */
export const awsSdkResolution: Plugin = {
  name: "aws-sdk-resolution",
  setup(build) {
    // Our clients have one protocol; asked for by way of the index of all, XML would be read at every start.
    build.onResolve({ filter: /^@aws-sdk\/core\/protocols$/ }, ({ importer }) => {
      const directory = join(packageOf("@aws-sdk/core", importer), "dist-es/submodules/protocols");
      return asIs(join(directory, "json/AwsJson1_1Protocol.js"));
    });
    for (const { filter, contents } of LEFT_OUT) {
      build.onLoad({ filter }, (): OnLoadResult => ({ contents, loader: "js" }));
    }
    // Of a client's manifest only the version is used.
    build.onLoad({ filter: /\/@aws-sdk\/client-[\w-]+\/package\.json$/ }, ({ path }): OnLoadResult => {
      const { version } = JSON.parse(readFileSync(path, "utf8"));
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
  },
};

/** Modules whose work others do in our clients; using one nevertheless is an error, not silence. */
const LEFT_OUT: readonly { readonly filter: RegExp; readonly contents: string }[] = [
  // sdk/sha256.ts
  {
    filter: /\/@smithy\/core\/dist-es\/submodules\/checksum\/index\.browser\.js$/,
    contents: absent("Sha256"),
  },
  // sdk/request-handler.ts
  {
    filter: /\/@smithy\/fetch-http-handler\/dist-es\/index\.js$/,
    contents: `
      export class FetchHttpHandler {
        static create(handler) { return handler; }
      }
      export const streamCollector = undefined;`,
  },
  // The retry strategy of sdk/client-settings.ts
  {
    filter: /\/util-retry\/StandardRetryStrategy\.js$/,
    contents: absent("StandardRetryStrategy"),
  },
  {
    filter: /\/util-retry\/AdaptiveRetryStrategy\.js$/,
    contents: absent("AdaptiveRetryStrategy"),
  },
  // None of the operations that we call streams events.
  {
    filter: /\/@smithy\/core\/dist-es\/submodules\/event-streams\/index\.browser\.js$/,
    contents: `${absent("EventStreamSerde")} export const eventStreamSerdeProvider = undefined;`,
  },
];

function absent(name: string): string {
  return `export class ${name} {
    constructor() { throw new Error("${name} of the AWS SDK is not part of the static build"); }
  }`;
}

function packageOf(name: string, importer: string): string {
  return dirname(findPackageJSON(name, importer) ?? "");
}

/** A path that is not to be looked up in a package's `browser` field. */
function asIs(path: string): OnResolveResult {
  return { path, sideEffects: false };
}
