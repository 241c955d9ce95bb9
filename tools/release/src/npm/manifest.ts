import { REPOSITORY } from "../page/download.ts";

/** Fields that are the same in all our npm packages. */
export const COMMON = {
  license: "Apache-2.0",
  homepage: `https://github.com/${REPOSITORY}#readme`,
  // npm compares it with the repository that signs the provenance.
  repository: { type: "git", url: `git+https://github.com/${REPOSITORY}.git` },
  bugs: `https://github.com/${REPOSITORY}/issues`,
} as const;

/** The condition under which the repository's own programs read sources instead of dist/. */
const SOURCE_CONDITION = "@imagecred/source";

/** A package.json as far as packing changes it. */
export type SourceManifest = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly version: string;
};

/**
 * A workspace's package.json as it is published: without what only the repository needs (scripts, development
 * dependencies, the condition of our sources, and exports that have nothing but it).
 */
export function publishedManifest(source: SourceManifest, directory: string): SourceManifest {
  const { scripts: _scripts, devDependencies: _development, exports, imports, ...kept } = source;
  const repository = { ...COMMON.repository, directory };
  return {
    ...kept,
    ...COMMON,
    repository,
    ...(exports === undefined ? {} : { exports: withoutSources(exports) }),
    ...(imports === undefined ? {} : { imports: withoutSources(imports) }),
  };
}

/** Undefined where nothing is left. An object that has nothing but a default is that. */
function withoutSources(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .filter(([condition]) => condition !== SOURCE_CONDITION)
    .map(([condition, target]) => [condition, withoutSources(target)] as const)
    .filter(([, target]) => target !== undefined);
  if (kept.length === 0) return undefined;
  const [only] = kept;
  return kept.length === 1 && only?.[0] === "default" ? only[1] : Object.fromEntries(kept);
}
