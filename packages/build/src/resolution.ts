import { isBuiltin } from "node:module";
import { join } from "node:path";
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";

/** Modules that are built into the static runtime (tools/runtime/src/modules/mod.rs), without `node:`. */
const native: ReadonlySet<string> = new Set(["buffer", "events", "os", "path", "string_decoder", "url"]);

/** Modules of Node.js that a file in shims/ replaces; see its README. */
const shims: ReadonlySet<string> = new Set(["crypto", "fs", "fs/promises", "process", "timers", "util"]);

/** The same from src/ and from dist/: the package contains the shims in TypeScript, which esbuild reads. */
const SHIMS = join(import.meta.dirname, "../src/shims");

/**
 * Packages whose browser build is used: it needs fetch at most, but the Node.js build needs sockets and streams.
 */
const browserBuilds = /^(@azure\/core-rest-pipeline|@typespec\/ts-http-runtime)(\/|$)/;

/** Marks a resolution that this plugin itself requested. */
const asked = Symbol("asked by static-resolution");

/** Resolves imports for the static runtime: its own modules, shims for Node.js's modules, browser builds. */
export const staticResolution: Plugin = {
  name: "static-resolution",
  setup(build) {
    build.onResolve({ filter: /^imagecred:/ }, ({ path }) => ({ path, external: true }));
    build.onResolve({ filter: /^[^./#]/ }, (args) => resolve(build, args));
    build.onLoad({ filter: /.*/, namespace: "missing" }, ({ path }) => ({
      contents: missing(path),
      loader: "js",
    }));
    build.onLoad({ filter: /.*/, namespace: "native" }, ({ path }) => ({
      contents: `export * from "${path}"; export { default } from "${path}";`,
      loader: "js",
    }));
    build.onLoad({ filter: /.*/, namespace: "partial" }, ({ path }) => ({
      contents: missing(path, standInFor(path)),
      loader: "js",
      resolveDir: import.meta.dirname,
    }));
  },
};

async function resolve(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
  if (args.pluginData === asked || args.kind === "entry-point") return undefined;
  const name = args.path.replace(/^node:/, "");
  if (native.has(name)) {
    // There is no `require` at run time: a CommonJS library gets the module through one that imports it.
    if (args.kind === "require-call") return { path: name, namespace: "native", sideEffects: false };
    return { path: name, external: true, sideEffects: false };
  }
  if (shims.has(name)) {
    // Our own code imports the file itself. Libraries also import names that it lacks, and call them rarely or never.
    const library = args.importer.includes("/node_modules/");
    return library
      ? { path: name, namespace: "partial", sideEffects: false }
      : { path: standInFor(name), sideEffects: false };
  }
  if (isBuiltin(name)) return { path: name, namespace: "missing", sideEffects: false };
  if (!browserBuilds.test(name)) return undefined;
  const { kind, importer, resolveDir } = args;
  const found = await build.resolve(args.path, { kind, importer, resolveDir, pluginData: asked });
  return { ...found, path: found.path.replace("/dist/esm/", "/dist/browser/") };
}

function standInFor(name: string): string {
  return join(SHIMS, `${name.replace("/", "-")}.ts`);
}

/**
 * A Node.js module that does not exist in the static runtime, except the exports of `there`. Libraries import many modules
 * that they do not use here, so importing it works; calling a missing function throws with its name. The exports are on the
 * prototype, because esbuild's interop copies own properties and keeps the prototype.
 */
function missing(name: string, there?: string): string {
  const own = there === undefined ? "{}" : `{ ...require(${JSON.stringify(there)}) }`;
  return `
    const prototype = new Proxy({}, {
      get(_, key) {
        if (typeof key === "symbol" || key === "__esModule" || key === "then") return undefined;
        return function () { throw new Error("node:${name} (" + key + ") is not part of the static runtime"); };
      },
    });
    module.exports = Object.assign(Object.create(prototype), ${own});`;
}
