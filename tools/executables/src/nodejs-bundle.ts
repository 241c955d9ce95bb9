import { readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Bundle, loadedAtStart, outputNamed } from "@imagecred/build";
import { ROOT } from "@imagecred/workspace";
import { transform } from "esbuild";
import { bundleModules } from "./bundle.ts";
import type { Program } from "./programs.ts";

/** A bundle for a Node.js single executable. */
export interface NodejsBundle extends Bundle {
  /** The files that are read when they are needed: paths relative to the directory, by the names that the first file asks for. */
  readonly assets: Readonly<Record<string, string>>;
}

/** Name of the file that starts it. */
const ENTRY = "main.cjs";

/**
 * Bundles `program` for a Node.js single executable into `directory`: one CommonJS file with what the start needs, and files that
 * are loaded later, where the sources import dynamically. @throws esbuild's BuildFailure
 */
export async function bundleNodejs(program: Program, directory: string): Promise<NodejsBundle> {
  const { entry, metafile } = await bundleModules(program, directory, { target: "node26" });
  const start = loadedAtStart(metafile.outputs, outputNamed(metafile.outputs, entry));
  const functions: string[] = [];
  const assets: Record<string, string> = {};
  for (const output of Object.keys(metafile.outputs).sort()) {
    const path = resolve(ROOT, output);
    const name = `./${basename(output)}`;
    const code = await commonJs(readFileSync(path, "utf8"));
    if (start.has(output)) {
      functions.push(`${JSON.stringify(name)}(module, exports, require) {\n${code}},\n`);
    } else {
      writeFileSync(path, code);
      assets[name] = basename(output);
    }
  }
  const parts = [
    part("nodejs-banner.js"),
    `const START = {\n${functions.join("")}};\n`,
    `const ENTRY = ${JSON.stringify(`./${entry}`)};\n`,
    part("nodejs-loader.js"),
  ];
  writeFileSync(join(directory, ENTRY), parts.join(""));
  return { directory, entry: ENTRY, metafile, assets };
}

/**
 * An ES module of the bundle as the body of a CommonJS function. ASCII (except in regular expressions, which
 * esbuild leaves alone) and without white space: with one character above U+00FF the whole file has two bytes for each
 * character, which the engine takes longer to read.
 */
async function commonJs(source: string): Promise<string> {
  const { code } = await transform(source, {
    charset: "ascii",
    format: "cjs",
    minifyWhitespace: true,
    platform: "node",
    // `import()` becomes `require`, which is the bundle's own.
    supported: { "dynamic-import": false },
    target: "node26",
  });
  return code;
}

function part(name: string): string {
  return readFileSync(join(import.meta.dirname, name), "utf8");
}
