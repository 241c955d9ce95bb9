import type { Api, ApiExport } from "./declarations.ts";

/** The page of a package's API: every export with its docstring, which has units, errors and sources of rules. */
export function apiReference({ name, entries }: Api): string {
  const list = entries.map(
    (entry) =>
      `- [\`${entry.name}\`](#${anchorOf(entry.name)}): ${entry.exports.map((one) => `\`${one.name}\``).join(", ")}`,
  );
  const sections = entries.map(
    (entry) => `## \`${entry.name}\`\n\n${entry.exports.map(sectionOf).join("\n\n")}\n`,
  );
  const head = `# ${name}: the API

<!-- Made from the sources by "npm run api"; do not edit. -->

Times that are numbers are milliseconds unless a name says seconds; sizes are bytes. A name ends in its unit where it has one (\`remainingMs\`,
\`maxBytes\`). What a function throws is in its text.`;
  return `${head}\n\n${list.join("\n")}\n\n${sections.join("\n")}`;
}

/** GitHub's anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}

function sectionOf({ name, declaration, comment }: ApiExport): string {
  return `### ${name}\n\n${proseOf(comment ?? "")}\n\n\`\`\`ts\n${declaration}\n\`\`\``;
}

/** A docstring as Markdown: links as code, tags as sentences. */
function proseOf(comment: string): string {
  const text = comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
  return text
    .replace(/\{@link (\S+?)\}/g, "`$1`")
    .replace(/\s*@param (\w+)\s+/g, "\n\n`$1`: ")
    .replace(/\s*@returns?\s+/g, "\n\nReturns: ")
    .replace(/\s*@throws\s+\{([^}]+)\}\s*/g, "\n\nThrows `$1` ")
    .replace(/\s*@throws\s+/g, "\n\nThrows ")
    .trim();
}
