import { dirname, join } from "node:path";
import { run } from "@imagecred/workspace";
import { byName, type Component, licenseTextsIn } from "./components.ts";

interface CargoPackage {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly license: string | null;
  readonly homepage: string | null;
  readonly repository: string | null;
  readonly manifest_path: string;
  readonly authors: readonly string[];
  /** null for the workspace's own. */
  readonly source: string | null;
}

interface CargoNode {
  readonly id: string;
  readonly deps: readonly {
    readonly pkg: string;
    readonly dep_kinds: readonly { readonly kind: string | null }[];
  }[];
}

/**
 * The crates that are linked into the static runtime for a target: those reached from it by normal
 * dependencies. Build scripts' and procedural macros' own dependencies leave no code behind, but cargo does not tell
 * macros apart, so those are listed too.
 * @param crate directory of the runtime's Cargo.toml
 */
export function cargoComponents(crate: string, target: string): readonly Component[] {
  const metadata = ["metadata", "--format-version", "1", "--locked", "--filter-platform", target];
  const stdout = run("cargo", metadata, { cwd: crate });
  const { packages, resolve } = JSON.parse(stdout) as {
    packages: readonly CargoPackage[];
    resolve: { root: string; nodes: readonly CargoNode[] };
  };
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const reached = new Set<string>();
  const queue = [resolve.root];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    for (const { pkg, dep_kinds: kinds } of nodes.get(id)?.deps ?? []) {
      if (kinds.some(({ kind }) => kind === null)) queue.push(pkg);
    }
  }
  return packages
    .filter(({ id, source }) => source !== null && reached.has(id))
    .map(componentOf)
    .sort(byName);
}

/** Directories in which crates have other projects' sources that they compile, with those projects' licenses (rquickjs-sys). */
const SOURCES_WITHIN = ["quickjs"];

function componentOf(found: CargoPackage): Component {
  const directory = dirname(found.manifest_path);
  return {
    ecosystem: "cargo",
    name: found.name,
    version: found.version,
    // Before SPDX expressions were the rule, crates wrote alternatives with a slash.
    license: found.license?.replace(/\s*\/\s*/g, " OR ") ?? "NOASSERTION",
    texts: [
      ...licenseTextsIn(directory),
      ...SOURCES_WITHIN.flatMap((within) => licenseTextsIn(join(directory, within))),
    ],
    homepage: found.homepage ?? found.repository ?? undefined,
    authors: found.authors,
  };
}
