import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { BARE_IMPORT, loadedAtStart } from "./output-files.ts";
import { OUTPUT, STATIC } from "./output-options.ts";

type Outputs = Metafile["outputs"];
type Output = Outputs[string];

/** `import { a as b } from "./chunk-X.js";`, as esbuild prints it, over one line or several. */
const NAMED_IMPORT = /^import \{([^}]*)\} from "\.\/([^"]+)";\n/gm;

/**
 * Merges all files that a program reads at its start into its first file. esbuild makes a separate file for each set of modules
 * that the start shares with code that is loaded later; reading and linking ten files instead of one is a measurable part of a
 * run of five milliseconds.
 * @param entry key of the first file in the metafile's outputs
 * @param root directory that the paths in the metafile are relative to
 * @returns the metafile of the changed files
 */
export async function mergeStart(metafile: Metafile, entry: string, root: string): Promise<Metafile> {
  const { outputs } = metafile;
  const start = loadedAtStart(outputs, entry);
  if (start.size === 1) return metafile;
  const later = Object.entries(outputs).filter(([name]) => !start.has(name));
  const byFile = new Map([...start].map((name) => [basename(name), name]));

  const needed = new Exports();
  for (const name of start) {
    // A file that is also imported dynamically stays, and re-exports from the first file.
    const isTarget = Object.values(outputs).some(({ imports }) =>
      imports.some(({ kind, path }) => kind === "dynamic-import" && path === name),
    );
    if (isTarget) for (const exported of outputs[name]?.exports ?? []) needed.add(basename(name), exported);
  }
  const shims = needed.files();
  const rewritten = later.map(([name, output]) => {
    const text = readFileSync(resolve(root, name), "utf8")
      .replace(NAMED_IMPORT, (whole, names: string, file: string) => {
        if (!byFile.has(file)) return whole;
        const list = names.split(",").map((one) => {
          const [from = "", to = from] = one.trim().split(" as ");
          return `${needed.add(file, from)} as ${to}`;
        });
        return `import { ${list.join(", ")} } from "./${basename(entry)}";\n`;
      })
      .replace(BARE_IMPORT, (whole, file: string) => (byFile.has(file) ? "" : whole));
    return { name, output, text };
  });

  const merged = await bundleStart(needed, resolve(root, entry));
  writeFileSync(resolve(root, entry), merged);
  for (const { name, text } of rewritten) writeFileSync(resolve(root, name), text);
  for (const [file, name] of byFile) {
    if (name === entry) continue;
    if (shims.has(file)) writeFileSync(resolve(root, name), shim(needed, file, basename(entry)));
    else rmSync(resolve(root, name));
  }
  return {
    ...metafile,
    outputs: Object.fromEntries([
      [entry, mergedOutput(outputs, start, entry, merged)],
      ...rewritten.map(({ name, output, text }) => [name, laterOutput(output, start, entry, text)] as const),
    ]),
  };
}

/** The exports of merged files that other files use, with unique names in the first file. */
class Exports {
  readonly #names = new Map<string, Map<string, string>>();
  #count = 0;

  /** Its name in the first file's exports. */
  add(file: string, name: string): string {
    const names = this.#names.get(file) ?? new Map<string, string>();
    this.#names.set(file, names);
    const unique = names.get(name) ?? `_${(this.#count++).toString(36)}`;
    names.set(name, unique);
    return unique;
  }

  files(): ReadonlySet<string> {
    return new Set(this.#names.keys());
  }

  of(file: string): readonly (readonly [name: string, unique: string])[] {
    return [...(this.#names.get(file) ?? [])];
  }
}

async function bundleStart(needed: Exports, entry: string): Promise<string> {
  const exports = [...needed.files()].map((file) => {
    const list = needed.of(file).map(([name, unique]) => `${name} as ${unique}`);
    return `export { ${list.join(", ")} } from "./${file}";\n`;
  });
  const { outputFiles } = await build<BuildOptions & { write: false }>({
    ...OUTPUT,
    ...STATIC,
    plugins: [EXTERNALS],
    stdin: {
      contents: `import "./${basename(entry)}";\n${exports.join("")}`,
      loader: "js",
      resolveDir: resolve(entry, ".."),
    },
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** Code that is loaded later, and the runtime's own modules, stay imports. */
const EXTERNALS: Plugin = {
  name: "externals",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind === "dynamic-import" || !path.startsWith("./") ? { path, external: true } : undefined,
    );
  },
};

function shim(needed: Exports, file: string, entry: string): string {
  const list = needed.of(file).map(([name, unique]) => `${unique} as ${name}`);
  return `export { ${list.join(", ")} } from "./${entry}";\n`;
}

function mergedOutput(outputs: Outputs, start: ReadonlySet<string>, entry: string, text: string): Output {
  const merged = [...start].flatMap((name) => outputs[name] ?? []);
  const imports = merged.flatMap((output) => output.imports);
  const unique = new Map(imports.map((one) => [`${one.kind} ${one.path}`, one]));
  return {
    ...outputs[entry],
    bytes: Buffer.byteLength(text),
    exports: [],
    imports: [...unique.values()].filter(({ path }) => !start.has(path)),
    inputs: Object.assign({}, ...merged.map((output) => output.inputs)),
  };
}

function laterOutput(output: Output, start: ReadonlySet<string>, entry: string, text: string): Output {
  const needsStart = output.imports.some(({ path, kind }) => kind === "import-statement" && start.has(path));
  const others = output.imports.filter(({ path }) => !start.has(path));
  return {
    ...output,
    bytes: Buffer.byteLength(text),
    imports: needsStart ? [...others, { path: entry, kind: "import-statement" }] : others,
  };
}
