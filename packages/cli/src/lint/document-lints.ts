import type { Hit, Lint } from "./types.ts";

const secondDocument: Lint = {
  code: "second-document",
  severity: "warning",
  explanation: "The kubelet reads the first YAML document of a file and silently ignores the others.",
  check: ({ texts }) =>
    [...texts].flatMap(([file, text]): readonly Hit[] => {
      const line = secondDocumentLine(text);
      if (line === undefined) return [];
      return [
        {
          at: { file, line, column: 1 },
          message: "a second document begins here, which is ignored",
          fix: "move its providers to the first document's list, or (1.34 and newer) to another file in a directory",
        },
      ];
    }),
};

/**
 * The line of the `---` that begins a second document with content. Such a line ends a document anywhere, even within a
 * block scalar (YAML 1.2.2, production c-forbidden).
 */
function secondDocumentLine(text: string): number | undefined {
  let content = false;
  let separator: number | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/\r$/, "");
    if (/^---(?:\s|$)/.test(line)) {
      if (content) separator ??= index + 1;
      if (hasContent(line.slice(3))) {
        if (separator !== undefined) return separator;
        content = true;
      }
    } else if (/^\.\.\.(?:\s|$)/.test(line)) {
      if (content) separator ??= index + 1;
    } else if (hasContent(line) && !line.startsWith("%")) {
      if (separator !== undefined) return separator;
      content = true;
    }
  }
  return undefined;
}

function hasContent(line: string): boolean {
  return !/^\s*(?:#.*)?$/.test(line);
}

export const DOCUMENT_LINTS: readonly Lint[] = [secondDocument];
