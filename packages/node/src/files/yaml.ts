import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";

/** A YAML mapping's entries in the file's order, with where each stands. */
export interface YamlEntry {
  readonly key: string;
  readonly value: YamlValue;
  /** From 1. */
  readonly line: number;
}

export type YamlValue =
  | { readonly kind: "scalar"; readonly text: string; readonly plain: unknown; readonly line: number }
  | { readonly kind: "list"; readonly items: readonly YamlValue[]; readonly line: number }
  | { readonly kind: "map"; readonly entries: readonly YamlEntry[]; readonly line: number };

export type YamlReading =
  | { readonly state: "read"; readonly value: YamlValue | undefined }
  | { readonly state: "unreadable"; readonly reason: string };

/** Anchors may name each other: nothing is followed deeper than this. */
const DEEPEST = 64;

/** The first document of a YAML (or JSON) text; duplicate keys are all there, in order. */
export function readYaml(text: string): YamlReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: "silent" });
  const [problem] = document.errors;
  if (problem !== undefined && problem.code !== "MULTIPLE_DOCS") {
    return { state: "unreadable", reason: problem.message.split("\n")[0]?.replace(/:$/, "") ?? "no YAML" };
  }
  const convert = (node: unknown, fallback: number, depth: number): YamlValue => {
    if (depth > DEEPEST) return { kind: "scalar", text: "", plain: null, line: fallback };
    if (isAlias(node)) return convert(node.resolve(document), fallback, depth + 1);
    const range: unknown =
      typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
    const line = Array.isArray(range) ? lines.linePos(Number(range[0])).line : fallback;
    if (isMap(node)) {
      const entries = node.items.map((pair): YamlEntry => {
        const key = convert(pair.key, line, depth + 1);
        return {
          key: key.kind === "scalar" ? key.text : "",
          value: convert(pair.value, key.line, depth + 1),
          line: key.line,
        };
      });
      return { kind: "map", entries, line };
    }
    if (isSeq(node))
      return { kind: "list", items: node.items.map((item) => convert(item, line, depth + 1)), line };
    if (!isScalar(node)) return { kind: "scalar", text: "", plain: null, line };
    const plain: unknown = node.value;
    const text =
      plain === null || plain === undefined
        ? ""
        : typeof plain === "string"
          ? plain
          : (node.source ?? String(plain));
    return { kind: "scalar", text, plain, line };
  };
  if (document.contents === null) return { state: "read", value: undefined };
  return { state: "read", value: convert(document.contents, 1, 0) };
}

/** The last entry of a name in a mapping, as most readers of Kubernetes' files have it. */
export function entryOf(value: YamlValue | undefined, key: string): YamlEntry | undefined {
  return value?.kind === "map" ? value.entries.findLast((entry) => entry.key === key) : undefined;
}

/** Text of a scalar, undefined for anything else and for null. */
export function textOf(value: YamlValue | undefined): string | undefined {
  return value?.kind === "scalar" && value.plain !== null && value.plain !== undefined
    ? value.text
    : undefined;
}
