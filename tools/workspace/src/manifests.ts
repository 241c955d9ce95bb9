import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./paths.ts";

/** The fields of a package.json that the checks read. */
export interface Manifest {
  readonly name: string;
  /** Directory relative to the top. */
  readonly directory: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/** Every package.json of the repository, the top one first. */
export function manifests(): readonly Manifest[] {
  const paths = ["package.json", ...globSync("{packages,tools}/*/package.json", { cwd: ROOT }).sort()];
  return paths.map((path) => {
    const {
      name,
      scripts = {},
      exports = {},
      dependencies = {},
      devDependencies = {},
      optionalDependencies = {},
    } = readJson(path);
    return {
      name,
      directory: dirname(path),
      scripts,
      exports,
      dependencies,
      devDependencies,
      optionalDependencies,
    } as Manifest;
  });
}

/** A JSON file of the repository, by its path from the top. @throws for a file that cannot be read or is not JSON */
export function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}
