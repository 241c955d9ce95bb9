import type { Api } from "./declarations.ts";

/**
 * The public API of a package as text: every export of every entry point with its declaration, without comments. It is
 * checked in as the package's `api.txt`, so that a change of the API shows in its diff.
 */
export function apiReport({ name, entries, directory }: Api): string {
  const sections = entries.map(
    (entry) =>
      `# ${entry.name}\n\n${entry.exports.map(({ declaration }) => withoutComments(declaration)).join("\n\n")}\n`,
  );
  return `The public API of ${name}. Made by "npm run api -w ${directory}"; do not edit.\n\n${sections.join("\n")}`;
}

function withoutComments(declaration: string): string {
  return declaration.replace(/\n\s*\/\*\*(?:[^*]|\*(?!\/))*\*\//g, "");
}
