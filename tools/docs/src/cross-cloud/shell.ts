import type { Block } from "../page.ts";

/** One command of a page: its words, as a shell splits them. */
export interface Command {
  readonly words: readonly string[];
  /** Path below docs/, and line of its first word. */
  readonly place: string;
}

/**
 * The commands of a page's `sh` blocks. Pages show values and not variables, so that a command can be read, and tested, by
 * itself: an expansion is an error.
 */
export function commandsOf(blocks: readonly Block[]): readonly Command[] {
  return blocks
    .filter(({ language }) => language === "sh")
    .flatMap(({ content, line, page }) => commandsIn(content, page, line));
}

/** The commands of a script of the same kind. @param before number of lines before it */
export function commandsIn(script: string, page: string, before = 0): readonly Command[] {
  return linesOf(script, before)
    .map(({ text, line }) => ({ words: split(text), place: `${page}:${line}` }))
    .filter(({ words }) => words.length > 0);
}

function linesOf(content: string, line: number): readonly { readonly text: string; readonly line: number }[] {
  const found: { text: string; line: number }[] = [];
  let open: { text: string; line: number } | undefined;
  for (const [index, each] of content.split("\n").entries()) {
    open =
      open === undefined ? { text: each, line: line + 1 + index } : { ...open, text: `${open.text} ${each}` };
    if (open.text.endsWith("\\")) {
      open = { ...open, text: open.text.slice(0, -1) };
      continue;
    }
    found.push(open);
    open = undefined;
  }
  return found;
}

/** Words of a line: plain, quoted, or a mix of both. @throws Error for an expansion or an open quote */
export function split(line: string): readonly string[] {
  const words: string[] = [];
  let rest = line.trim();
  while (rest !== "" && !rest.startsWith("#")) {
    let word = "";
    while (rest !== "" && !/^\s/.test(rest)) {
      const [part = ""] = /^(?:'[^']*'|"(?:[^"\\$`]|\\["\\])*"|[^\s'"$`|;&<>()]+)/.exec(rest) ?? [];
      if (part === "") throw new Error(`not a plain command: ${line}`);
      word += part.startsWith("'")
        ? part.slice(1, -1)
        : part.startsWith('"')
          ? part.slice(1, -1).replace(/\\(["\\])/g, "$1")
          : part;
      rest = rest.slice(part.length);
    }
    words.push(word);
    rest = rest.trimStart();
  }
  return words;
}

/** A command's positional words and options. Every option of these commands has a value, or is one of `switches`. */
export interface Options {
  readonly positional: readonly string[];
  readonly values: ReadonlyMap<string, readonly string[]>;
}

export function optionsOf(words: readonly string[], switches: ReadonlySet<string>): Options {
  const positional: string[] = [];
  const values = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const word of words) {
    const [, name, value] = /^(--[a-z0-9-]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (name === undefined) {
      if (current === undefined) positional.push(word);
      else current.push(word);
      continue;
    }
    const list = values.get(name) ?? [];
    values.set(name, list);
    if (value !== undefined) list.push(value);
    current = value !== undefined || switches.has(name) ? undefined : list;
  }
  return { positional, values };
}
