import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ROOT, readJson, run } from "@imagecred/workspace";

/** Packages with a public API, by directory. */
export const PACKAGES = ["packages/protocol", "packages/kubelet", "packages/build"] as const;
export type ApiPackage = (typeof PACKAGES)[number];

/** One exported name. */
export interface ApiExport {
  readonly name: string;
  /** As the compiler writes it, comments of members included. */
  readonly declaration: string;
  /** The comment before the declaration, or undefined. */
  readonly comment: string | undefined;
}

/** The exports of one entry point, by name. */
export interface EntryPoint {
  /** Import specifier: `@imagecred/protocol/testing`. */
  readonly name: string;
  readonly exports: readonly ApiExport[];
}

/** The public API of a package, from the `.d.ts` files that the compiler writes. */
export interface Api {
  readonly directory: ApiPackage;
  readonly name: string;
  readonly entries: readonly EntryPoint[];
}

type Exports = Readonly<Record<string, { readonly types?: string; readonly "@imagecred/source"?: string }>>;

/** The public entry points of a package: those with types, by their source files. */
function entryFiles(directory: ApiPackage): readonly { readonly name: string; readonly file: string }[] {
  const { name, exports } = readJson(`${directory}/package.json`) as { name: string; exports: Exports };
  return Object.entries(exports).flatMap(([path, { types, "@imagecred/source": source }]) =>
    types === undefined || source === undefined
      ? []
      : [{ name: name + path.slice(1), file: join(directory, source) }],
  );
}

/** Compiles the declarations of all packages, once, and reads them. @throws {ToolError} with the compiler's output */
export function readApis(): readonly Api[] {
  const output = mkdtempSync(join(tmpdir(), "imagecred-api-"));
  try {
    const entries = PACKAGES.flatMap(entryFiles);
    const files = entries.map(({ file }) => join(ROOT, file));
    const compilerOptions = {
      declaration: true,
      emitDeclarationOnly: true,
      outDir: join(output, "types"),
      // The compiler emits no declarations for a file that it first reaches through node_modules.
      paths: Object.fromEntries(entries.map(({ name, file }) => [name, [join(ROOT, file)]])),
      rootDir: ROOT,
      typeRoots: [join(ROOT, "node_modules/@types")],
    };
    const project = join(output, "tsconfig.json");
    const runtime = join(ROOT, "packages/protocol/src/runtime/native-modules.d.ts");
    writeFileSync(
      project,
      JSON.stringify({
        extends: join(ROOT, "tsconfig.base.json"),
        compilerOptions,
        files: [...files, runtime],
      }),
    );
    run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", project], { cwd: ROOT });
    const reader = new Reader(join(output, "types"));
    return PACKAGES.map((directory) => ({
      directory,
      name: String(readJson(`${directory}/package.json`)["name"]),
      entries: entryFiles(directory).map(({ name, file }) => ({ name, exports: reader.exportsOf(file) })),
    }));
  } finally {
    rmSync(output, { recursive: true });
  }
}

/** Follows re-exports through the compiled declarations. */
class Reader {
  readonly #types: string;

  constructor(types: string) {
    this.#types = types;
  }

  /** @param source path of a TypeScript file from the repository's top */
  exportsOf(source: string): readonly ApiExport[] {
    const text = readFileSync(join(this.#types, source.replace(/\.ts$/, ".d.ts")), "utf8");
    const found = declarationsIn(text);
    for (const [, names = "", from = ""] of text.matchAll(
      /^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm,
    )) {
      const theirs = this.exportsOf(sourceOf(from, source));
      for (const item of names.split(",")) {
        const name = item.replace(/^\s*type\s/, "").trim();
        if (name === "") continue;
        const exported = theirs.find((one) => one.name === name);
        if (exported === undefined) throw new Error(`${source} exports ${name}, which is not in ${from}`);
        found.push(exported);
      }
    }
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** The source file of a module, relative to the repository's root. */
function sourceOf(module: string, importer: string): string {
  if (module === "#runtime") return "packages/protocol/src/runtime/nodejs/index.ts";
  const ours = PACKAGES.flatMap(entryFiles).find(({ name }) => name === module);
  return ours?.file ?? resolve("/", dirname(importer), module).slice(1);
}

/** The declarations that start with `export` in column 0; their other lines are indented, except a closing brace. */
function declarationsIn(text: string): ApiExport[] {
  const pattern =
    /((?:^\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?)^export ((?:declare )?(?:abstract )?(?:class|interface|type|const|function) (\w+)[^\n]*(?:\n(?![/a-z])[^\n]*)*)/gm;
  return [...text.matchAll(pattern)].map(([, comment = "", declaration = "", name = ""]) => ({
    name,
    declaration: declaration.replace(/^declare /, "").trimEnd(),
    comment: comment === "" ? undefined : comment.trim(),
  }));
}
