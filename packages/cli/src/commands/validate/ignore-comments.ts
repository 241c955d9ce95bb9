/** The `imagecred-ignore` comments of one file. */
export interface IgnoreComments {
  /** Whether a finding with this code in this line (from 1) is ignored. */
  ignores(code: string, line: number): boolean;
  /** Every code in the comments, with the position of the comment. */
  readonly named: readonly { readonly code: string; readonly line: number; readonly column: number }[];
}

const COMMENT = /#\s*imagecred-ignore(-file)?:\s*([\w-]+(?:\s*,\s*[\w-]+)*)/;

/**
 * Reads `# imagecred-ignore: CODE, CODE` (for the comment's own line, or for the next line with content if it is alone in
 * its line) and `# imagecred-ignore-file: CODE` (for the whole file). Text after the codes is ignored.
 */
export function ignoreComments(text: string): IgnoreComments {
  const named: { code: string; line: number; column: number }[] = [];
  const wholeFile = new Set<string>();
  const perLine = new Map<number, Set<string>>();
  const lines = text.includes("imagecred-ignore") ? text.split("\n") : [];
  let waiting: string[] = [];
  lines.forEach((line, index) => {
    const start = commentStart(line);
    const found = start === undefined ? null : COMMENT.exec(line.slice(start));
    const codes = found?.[2]?.split(",").map((code) => code.trim()) ?? [];
    for (const code of codes) named.push({ code, line: index + 1, column: (start ?? 0) + 1 });
    const alone = line.slice(0, start ?? line.length).trim() === "";
    if (found?.[1] !== undefined) for (const code of codes) wholeFile.add(code);
    else if (alone) waiting.push(...codes);
    if (alone) return;
    const own = new Set([...waiting, ...(found?.[1] === undefined ? codes : [])]);
    if (own.size > 0) perLine.set(index + 1, own);
    waiting = [];
  });
  return {
    ignores: (code, line) => wholeFile.has(code) || perLine.get(line)?.has(code) === true,
    named,
  };
}

/** Where a comment begins: at a # at the start or after a space, outside of quotes (YAML 1.2.2, section 6.6). */
function commentStart(line: string): number | undefined {
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (quote !== undefined) {
      if (character === "\\" && quote === '"') at++;
      else if (character === quote) quote = undefined;
    } else if ((character === '"' || character === "'") && /(?:^|[\s[{,:-])$/.test(line.slice(0, at))) {
      quote = character;
    } else if (character === "#" && (at === 0 || /\s/.test(line[at - 1] ?? ""))) {
      return at;
    }
  }
  return undefined;
}
