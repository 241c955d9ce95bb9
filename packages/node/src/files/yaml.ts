import {
  resolveScalar,
  type YamlNode,
  YamlSyntaxError,
  YamlValueError,
  yamlTree,
} from "@imagecred/kubelet/yaml";

/** An entry of a mapping, in the file's order, with its position. */
export interface YamlEntry {
  readonly key: string;
  readonly value: YamlValue;
  /** From 1. */
  readonly line: number;
}

export type YamlValue =
  /** `isNull` for `~`, `null` and an empty value. */
  | { readonly kind: "scalar"; readonly text: string; readonly isNull: boolean; readonly line: number }
  | { readonly kind: "list"; readonly items: readonly YamlValue[]; readonly line: number }
  | { readonly kind: "map"; readonly entries: readonly YamlEntry[]; readonly line: number };

export type YamlReading =
  | { readonly state: "read"; readonly value: YamlValue | undefined }
  | { readonly state: "unreadable"; readonly reason: string };

/** Limits against aliases that expand without end. */
const DEEPEST = 64;
const MOST_NODES = 100_000;

/** The first document of a YAML or JSON text; a key that is set twice has two entries, in order. */
export function readYaml(text: string): YamlReading {
  let nodes = 0;
  const convert = (node: YamlNode, depth: number): YamlValue => {
    const { line } = node;
    if (depth > DEEPEST || ++nodes > MOST_NODES)
      throw new YamlSyntaxError("document contains excessive aliasing", 0);
    switch (node.kind) {
      case "alias":
        return convert(node.target, depth + 1);
      case "sequence":
        return { kind: "list", items: node.items.map((item) => convert(item, depth + 1)), line };
      case "map":
        return {
          kind: "map",
          entries: node.pairs.map(([key, value]): YamlEntry => {
            const name = convert(key, depth + 1);
            return {
              key: name.kind === "scalar" ? name.text : "",
              value: convert(value, depth + 1),
              line: key.line,
            };
          }),
          line,
        };
      case "scalar": {
        const isNull = resolveScalar(node).goType === "nil";
        return { kind: "scalar", text: isNull ? "" : node.value, isNull, line };
      }
    }
  };
  try {
    const root = yamlTree(new TextEncoder().encode(text));
    return { state: "read", value: root === undefined ? undefined : convert(root, 0) };
  } catch (error) {
    if (error instanceof YamlSyntaxError || error instanceof YamlValueError) {
      return { state: "unreadable", reason: error.message };
    }
    throw error;
  }
}

/** The last entry of a name in a mapping, which most readers of Kubernetes' files use. */
export function entryOf(value: YamlValue | undefined, key: string): YamlEntry | undefined {
  return value?.kind === "map" ? value.entries.findLast((entry) => entry.key === key) : undefined;
}

/** Text of a scalar, undefined for anything else and for null. */
export function textOf(value: YamlValue | undefined): string | undefined {
  return value?.kind === "scalar" && !value.isNull ? value.text : undefined;
}
