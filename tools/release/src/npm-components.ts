import { readFileSync } from "node:fs";
import { join } from "node:path";
import { byName, type Component, licenseTextsIn } from "./components.ts";

/** The part of esbuild's metafile that is needed here: which files went into the bundle. */
export interface BundleInputs {
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** `node_modules/a/node_modules/@b/c/dist/x.js` -> `node_modules/a/node_modules/@b/c`. */
const PACKAGE_DIRECTORY = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/**
 * The npm packages whose files esbuild put into a bundle: what is in the executable, not what was installed.
 * @param root directory that the metafile's paths are relative to
 */
export function npmComponents(bundle: BundleInputs, root: string): readonly Component[] {
  const directories = new Set<string>();
  for (const path of Object.keys(bundle.inputs)) {
    const directory = PACKAGE_DIRECTORY.exec(path)?.[1];
    if (directory !== undefined) directories.add(directory);
  }
  const components = [...directories].map((directory) => readComponent(join(root, directory)));
  // One version may be installed in several places.
  return [
    ...new Map(components.map((component) => [`${component.name}@${component.version}`, component])).values(),
  ].sort(byName);
}

function readComponent(directory: string): Component {
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const license = typeof manifest.license === "string" ? manifest.license : manifest.license?.type;
  return {
    ecosystem: "npm",
    name: manifest.name,
    version: manifest.version,
    license: license ?? "NOASSERTION",
    texts: licenseTextsIn(directory),
    authors: [typeof manifest.author === "string" ? manifest.author : manifest.author?.name].filter(
      (author) => typeof author === "string",
    ),
    homepage: typeof manifest.homepage === "string" ? manifest.homepage : undefined,
  };
}
