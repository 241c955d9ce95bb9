import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DOCS } from "@imagecred/workspace";
import { type Configuration, configurationsIn, documentsOf } from "./configurations.ts";
import { type Block, blocksOf, pages, placeOf } from "./page.ts";

/** Paths below docs/ of the files in docs/snippets. */
export const SNIPPETS: readonly string[] = globSync("snippets/**/*", { cwd: DOCS, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(DOCS.length + 1))
  .toSorted();

export function snippet(name: string): string {
  return readFileSync(join(DOCS, name), "utf8");
}

/** Every CredentialProviderConfig in a snippet or in a page's block that is not a snippet, and where it is. */
export function documentedConfigurations(): readonly (readonly [where: string, Configuration])[] {
  const own = (block: Block) => block.language === "yaml" && block.mark?.kind !== "file";
  return [
    ...SNIPPETS.filter((name) => /\.ya?ml$/.test(name)).flatMap((name) =>
      found(snippet(name)).map((one) => [name, one] as const),
    ),
    ...pages()
      .flatMap(blocksOf)
      .filter(own)
      .flatMap((block) => found(block.content).map((one) => [placeOf(block), one] as const)),
  ];
}

function found(text: string): readonly Configuration[] {
  return documentsOf(text).flatMap(configurationsIn);
}
