import { isBuiltin } from "node:module";
import { join } from "node:path";
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";

/** Modules that the Rust host has built in (tools/runtime/src/modules/mod.rs), named without `node:`. */
const native: ReadonlySet<string> = new Set(["buffer", "events", "os", "path", "string_decoder", "url"]);

/** Modules of Node.js that a file in shims/ replaces; its README says how far each goes. */
const standIns: ReadonlySet<string> = new Set(["crypto", "fs", "fs/promises", "process", "timers", "util"]);

/** From src/ and from dist/ alike: the package has them as they are written, since esbuild reads TypeScript. */
const SHIMS = join(import.meta.dirname, "../src/shims");

/**
 * Packages that are taken in their browser build, which asks for fetch at most, where the Node build asks for sockets
 * and streams.
 */
const browserBuilds = /^(@azure\/core-rest-pipeline|@typespec\/ts-http-runtime)(\/|$)/;

/** Marks a question that this plugin itself asks esbuild. */
const asked = Symbol("asked by static-resolution");

/** How the static runtime's imports are found: the host's modules, shims for Node.js's, browser builds. */
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
    // There is no require at run time: a CommonJS library gets the module by way of one that imports it.
    if (args.kind === "require-call") return { path: name, namespace: "native", sideEffects: false };
    return { path: name, external: true, sideEffects: false };
  }
  if (standIns.has(name)) {
    // Our own code gets the file itself; libraries import names that it lacks, too, and call them never or rarely.
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
 * A Node module that nobody provides, or only `there`. Libraries import many that they never use on our paths, so
 * loading it is fine; calling what is missing says what that is. Exports come from the prototype: esbuild's interop
 * copies own properties and keeps the prototype.
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
