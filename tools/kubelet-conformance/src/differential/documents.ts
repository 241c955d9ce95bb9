import fc from "fast-check";

/** A document before it is written down, with order and repeated keys, scalars already as text. */
export type Tree =
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Tree])[] }
  | { readonly kind: "list"; readonly items: readonly Tree[] }
  | { readonly kind: "scalar"; readonly yaml: string; readonly json: string };

/** Text that both languages read the same way. */
export function textScalar(value: string): Tree {
  const quoted = JSON.stringify(value);
  return { kind: "scalar", yaml: quoted, json: quoted };
}

/** The tree as JSON. */
export function toJson(tree: Tree): string {
  switch (tree.kind) {
    case "map":
      return `{${tree.entries.map(([key, value]) => `${JSON.stringify(key)}:${toJson(value)}`).join(",")}}`;
    case "list":
      return `[${tree.items.map(toJson).join(",")}]`;
    case "scalar":
      return tree.json;
  }
}

/** How a YAML file is written. */
export interface YamlStyle {
  readonly indent: number;
  /** Lists begin at their key's own column, as kubectl writes them. */
  readonly flushLists: boolean;
  /** From this depth on, braces and brackets. */
  readonly flowFrom: number;
  readonly comments: boolean;
  readonly quoteKeys: boolean;
  readonly lineEnd: string;
}

export const yamlStyle: fc.Arbitrary<YamlStyle> = fc.record({
  indent: fc.constantFrom(1, 2, 2, 4),
  flushLists: fc.boolean(),
  flowFrom: fc.constantFrom(0, 1, 2, 3, 9, 9, 9),
  comments: fc.boolean(),
  quoteKeys: fc.boolean(),
  lineEnd: fc.constantFrom("\n", "\n", "\n", "\r\n"),
});

/** The tree as YAML. */
export function toYaml(tree: Tree, style: YamlStyle): string {
  return `${block(tree, style, 0, 0).join(style.lineEnd)}${style.lineEnd}`;
}

function block(tree: Tree, style: YamlStyle, depth: number, column: number): string[] {
  const pad = " ".repeat(column);
  if (tree.kind === "scalar" || depth >= style.flowFrom || isEmpty(tree)) return [pad + flow(tree)];
  if (tree.kind === "list") {
    return tree.items.flatMap((item) => {
      const [first = "", ...rest] = block(item, style, depth + 1, column + 2);
      return [`${pad}- ${first.slice(column + 2)}`, ...rest];
    });
  }
  return tree.entries.flatMap(([key, value]) => {
    const name = style.quoteKeys ? JSON.stringify(key) : key;
    const remark = style.comments ? " # remark: [not] {data}" : "";
    if (value.kind === "scalar" || depth + 1 >= style.flowFrom || isEmpty(value)) {
      return [`${pad}${name}: ${flow(value)}${remark}`];
    }
    const inner = value.kind === "list" && style.flushLists ? column : column + style.indent;
    return [`${pad}${name}:${remark}`, ...block(value, style, depth + 1, inner)];
  });
}

function flow(tree: Tree): string {
  switch (tree.kind) {
    case "map":
      return `{${tree.entries.map(([key, value]) => `${JSON.stringify(key)}: ${flow(value)}`).join(", ")}}`;
    case "list":
      return `[${tree.items.map(flow).join(", ")}]`;
    case "scalar":
      return tree.yaml;
  }
}

function isEmpty(tree: Tree): boolean {
  return (
    (tree.kind === "map" && tree.entries.length === 0) || (tree.kind === "list" && tree.items.length === 0)
  );
}
