import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ROOT, run } from "@imagecred/workspace";
import { publishedManifest, type SourceManifest } from "./manifest.ts";

/**
 * A directory in which packages are made from their sources alone, whatever `dist/` of the checkout has: the
 * repository's node_modules, with our own packages in it as they are published.
 */
export class Workshop {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(join(directory, "packages"), { recursive: true });
    mkdirSync(join(directory, "node_modules", "@imagecred"), { recursive: true });
    for (const name of readdirSync(join(ROOT, "node_modules"))) {
      if (name === "@imagecred" || name === ".package-lock.json") continue;
      symlinkSync(join(ROOT, "node_modules", name), join(directory, "node_modules", name));
    }
    cpSync(join(ROOT, "tsconfig.base.json"), join(directory, "tsconfig.base.json"));
  }

  /** An empty directory for a package that has no workspace. */
  empty(name: string): string {
    const target = join(this.directory, "packages", name);
    mkdirSync(target, { recursive: true });
    return target;
  }

  /**
   * Copies a workspace and compiles it where it has something to compile; packages that are made later import it.
   * @param workspace `packages/protocol` @returns its directory here @throws {ToolError} with what the compiler says
   */
  make(workspace: string): string {
    const source = join(ROOT, workspace);
    const target = join(this.directory, workspace);
    const skipped = ["node_modules", "dist", "test"].map((name) => join(source, name));
    cpSync(source, target, { recursive: true, filter: (path) => !skipped.includes(path) });
    const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as SourceManifest;
    writeJson(join(target, "package.json"), publishedManifest(manifest, workspace));
    if (existsSync(join(target, "tsconfig.build.json"))) {
      const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
      const args = [
        compiler,
        "-p",
        "tsconfig.build.json",
        "--incremental",
        "false",
        "--tsBuildInfoFile",
        "null",
      ];
      run(process.execPath, args, { cwd: target, env: { NODE_OPTIONS: undefined } });
    }
    const link = join(this.directory, "node_modules", manifest.name);
    if (!existsSync(link)) symlinkSync(target, link);
    return target;
  }
}

/** Writes a JSON file as npm writes package.json. */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Packs a directory as `npm publish` would, without running scripts. @returns path of the tarball */
export function npmPack(directory: string, destination: string): string {
  mkdirSync(destination, { recursive: true });
  const args = ["pack", directory, "--ignore-scripts", "--json", "--pack-destination", destination];
  const output = JSON.parse(run("npm", args, { env: { NODE_OPTIONS: undefined } })) as
    | readonly { readonly filename: string }[]
    | Readonly<Record<string, { readonly filename: string }>>;
  // An array before npm 12, an object by package name since.
  const [packed] = Object.values(output);
  if (packed === undefined) throw new Error(`npm pack ${directory} wrote nothing`);
  return join(destination, packed.filename.replace("@", "").replace("/", "-"));
}
