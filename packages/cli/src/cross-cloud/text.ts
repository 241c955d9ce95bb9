/** A JSON file in the style of the pages: lists of strings on one line. */
export function jsonFile(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replace(
    /\[\s+("[^"\n]*"(?:,\s+"[^"\n]*")*)\s+\]/g,
    (_, items: string) => `[${items.replace(/,\s+/g, ", ")}]`,
  );
  return `${text}\n`;
}

/** Arguments of a Terraform block: names and expressions. */
type Arguments = readonly (readonly [name: string, expression: string])[];

/** The Terraform label for an object's name. */
export function labelOf(name: string): string {
  return name.replaceAll("-", "_");
}

/** A Terraform resource as `terraform fmt` writes it. @param blocks lines of nested blocks */
export function resource(
  type: string,
  name: string,
  given: Arguments,
  blocks: readonly string[] = [],
): string {
  const inner = blocks.length === 0 ? [] : ["", ...blocks];
  return block(`resource "${type}" "${name}"`, [...aligned(given), ...inner]);
}

/** A block of Terraform: its head and the lines within. */
export function block(head: string, lines: readonly string[]): string {
  return lines.length === 0
    ? `${head} {}\n`
    : `${head} {\n${lines.map((line) => (line === "" ? "\n" : `  ${line}\n`)).join("")}}\n`;
}

/** Arguments with aligned equals signs. */
export function aligned(given: Arguments): readonly string[] {
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given.map(([name, expression]) => `${name.padEnd(width)} = ${expression}`);
}

/** A Terraform string; escapes `${` and `%{`, which begin templates. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/[$%](?=\{)/g, "$&$&");
}

/** Resources of one file, with an empty line between them. */
export function terraformFile(resources: readonly string[]): string {
  return resources.join("\n");
}
