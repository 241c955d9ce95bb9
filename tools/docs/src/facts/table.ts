/** A part of a page that is generated from the packages: between `<!-- facts: NAME -->` and `<!-- end of facts -->`. */
export interface Region {
  /** Path below docs/. */
  readonly page: string;
  readonly name: string;
  readonly content: string;
}

/** @param aligned columns of numbers, by their index */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  aligned: readonly number[] = [],
): string {
  const rule = head.map((_, index) => (aligned.includes(index) ? "---:" : "---"));
  const lines = [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `\n${lines.join("\n")}\n\n`;
}

export const code = (text: string): string => `\`${text}\``;

/** `a, b` with each in code letters. */
export const codes = (texts: readonly string[]): string => texts.map(code).join(", ");
