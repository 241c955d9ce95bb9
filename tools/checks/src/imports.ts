import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { ROOT } from "@imagecred/workspace";

/** A TypeScript file of the repository. */
export interface Source {
  /** From the top: `packages/ecr/src/main.ts`. */
  readonly path: string;
  /** The workspace's directory: `packages/ecr`; `docs` for the examples. */
  readonly workspace: string;
  /** A test or a helper of tests, which may import more than what ships. */
  readonly test: boolean;
  readonly text: string;
  /** Its imports, statically, dynamically or for types only, as written. */
  readonly imports: readonly string[];
  /** Paths from the top that it makes of its own place: relative imports, and `import.meta.dirname` with a path. */
  readonly reached: readonly string[];
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g;
const OWN_PLACE = /import\.meta\.dirname, "([^"]+)"|new URL\("([^"]+)", import\.meta\.url\)/g;

/** Every TypeScript file of packages/, tools/ and docs/. */
export function sources(): readonly Source[] {
  const paths = globSync(["{packages,tools}/*/{src,test}/**/*.ts", "docs/**/*.ts"], { cwd: ROOT });
  return paths.toSorted().map((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    const imports = [...text.matchAll(IMPORT)].map(([, name = ""]) => name);
    const own = [...text.matchAll(OWN_PLACE)].map(([, a, b]) => a ?? b ?? "");
    return {
      path,
      workspace: path.startsWith("docs/") ? "docs" : path.split("/").slice(0, 2).join("/"),
      test: /\.test\.ts$|\/testing\/|^tools\/[^/]+\/test\//.test(path),
      text,
      imports,
      reached: [...imports, ...own]
        .filter((name) => name.startsWith("."))
        .map((name) => normalize(join(dirname(path), name))),
    };
  });
}
