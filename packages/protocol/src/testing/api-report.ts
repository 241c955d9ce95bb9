/**
 * The public API of this package as text: every export of every entry point with its declaration, made from the `.d.ts`
 * files that the compiler writes. It is checked in as `api.txt`, so that a change of the API shows in its diff.
 *
 *     npm run api -w packages/protocol
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = resolve(fileURLToPath(import.meta.url), "../../..");
export const REPORT_FILE = join(PACKAGE, "api.txt");

/** One exported name. */
export interface ApiExport {
  readonly name: string;
  /** Without its comments. */
  readonly declaration: string;
  /** The comment in front of the declaration; undefined where there is none. */
  readonly comment: string | undefined;
}

/** The exports of one entry point, by name. */
export interface EntryPoint {
  /** As it is imported: `@imagecred/protocol/testing`. */
  readonly name: string;
  readonly exports: readonly ApiExport[];
}

/** Runs the compiler and reads what it says about the entry points of package.json. */
export function entryPoints(): readonly EntryPoint[] {
  const directory = mkdtempSync(join(tmpdir(), "imagecred-api-"));
  try {
    const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
    const options = ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", directory];
    execFileSync(process.execPath, [join(typescript, "bin/tsc"), ...options], {
      cwd: PACKAGE,
      stdio: "pipe",
    });
    const { name, exports } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as {
      name: string;
      exports: Readonly<Record<string, { readonly types: string }>>;
    };
    return Object.entries(exports).map(([path, { types }]) => ({
      name: name + path.slice(1),
      exports: exportsOf(join(directory, types.replace("./dist/", ""))),
    }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The text of `api.txt`. */
export function apiReport(entries: readonly EntryPoint[]): string {
  const sections = entries.map(
    ({ name, exports }) => `# ${name}\n\n${exports.map(({ declaration }) => declaration).join("\n\n")}\n`,
  );
  return `The public API of @imagecred/protocol. Made by "npm run api -w packages/protocol"; do not edit.\n\n${sections.join("\n")}`;
}

function exportsOf(file: string): readonly ApiExport[] {
  const text = readFileSync(file, "utf8");
  const found = declarationsIn(text);
  for (const [, names = "", from = ""] of text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm)) {
    const module =
      from === "#runtime" ? join(dirname(file), "nodejs/index.ts") : resolve(dirname(file), from);
    const theirs = exportsOf(module.replace(/\.ts$/, ".d.ts"));
    for (const item of names.split(",")) {
      const name = item.replace(/^\s*type\s/, "").trim();
      if (name === "") continue;
      const exported = theirs.find((one) => one.name === name);
      if (exported === undefined) throw new Error(`${file} exports ${name}, which is not in ${from}`);
      found.push(exported);
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The declarations that start with `export` at the margin; what belongs to one is indented, or its closing brace. */
function declarationsIn(text: string): ApiExport[] {
  const pattern =
    /((?:^\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?)^export ((?:declare )?(?:abstract )?(?:class|interface|type|const|function) (\w+)[^\n]*(?:\n(?![/a-z])[^\n]*)*)/gm;
  return [...text.matchAll(pattern)].map(([, comment = "", declaration = "", name = ""]) => ({
    name,
    declaration: declaration
      .replace(/^declare /, "")
      .replace(/\n\s*\/\*\*(?:[^*]|\*(?!\/))*\*\//g, "")
      .trimEnd(),
    comment: comment === "" ? undefined : comment.trim(),
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(REPORT_FILE, apiReport(entryPoints()));
