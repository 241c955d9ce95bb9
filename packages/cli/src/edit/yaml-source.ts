import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { lineStarts } from "./text-edit.ts";

/** A value in a file, and what it hangs on. */
export interface Slot {
  /** undefined where a key or a dash has nothing behind it. */
  readonly node: Node | undefined;
  readonly parent: YAMLMap | YAMLSeq | undefined;
  /** Of the item, or of the pair, in its parent. */
  readonly index: number;
  /** The key's node, for a field. */
  readonly key: Node | undefined;
}

/** The first document of a file, by the places of its values. JSON is read as the YAML that it is. */
export interface YamlSource {
  readonly text: string;
  /** `\r\n` or `\n`. */
  readonly lineEnd: string;
  readonly starts: readonly number[];
  byPath(path: string): Slot | undefined;
  /** The field whose key begins there. */
  byKeyOffset(offset: number): Slot | undefined;
  /** The outermost value that begins there. */
  byValueOffset(offset: number): Slot | undefined;
}

/** Reads a file's text; what a value cannot be found in gives undefined later, and never an error. */
export function yamlSource(text: string): YamlSource {
  const parsed = parseAllDocuments(text, {
    keepSourceTokens: true,
    uniqueKeys: false,
    strict: false,
    logLevel: "silent",
  });
  const root = Array.isArray(parsed) ? parsed[0]?.contents : undefined;
  const byKey = new Map<number, Slot>();
  const byValue = new Map<number, Slot>();
  const visit = (slot: Slot): void => {
    const { node, key } = slot;
    const keyStart = key?.range?.[0];
    if (keyStart !== undefined) byKey.set(keyStart, slot);
    const start = node?.range?.[0];
    if (start !== undefined && !byValue.has(start)) byValue.set(start, slot);
    if (isCollection(node)) for (const child of childrenOf(node)) visit(child);
  };
  const top: Slot = { node: root ?? undefined, parent: undefined, index: 0, key: undefined };
  visit(top);
  return {
    text,
    lineEnd: text.includes("\r\n") ? "\r\n" : "\n",
    starts: lineStarts(text),
    byPath: (path) => segmentsOf(path).reduce<Slot | undefined>((slot, segment) => child(slot, segment), top),
    byKeyOffset: (offset) => byKey.get(offset),
    byValueOffset: (offset) => byValue.get(offset),
  };
}

/** The items of a list, the fields of an object. */
export function childrenOf(node: Node): readonly Slot[] {
  if (isSeq<Node | null>(node)) {
    return node.items.map((item, index) => ({
      node: item ?? undefined,
      parent: node,
      index,
      key: undefined,
    }));
  }
  if (isMap<Node, Node | null>(node)) {
    return node.items.map((pair: Pair<Node, Node | null>, index) => ({
      node: pair.value ?? undefined,
      parent: node,
      index,
      key: pair.key,
    }));
  }
  return [];
}

function child(slot: Slot | undefined, segment: string | number): Slot | undefined {
  if (slot?.node === undefined) return undefined;
  const { node } = slot;
  if (typeof segment === "number") {
    const item = isSeq<Node | null>(node) ? node.items[segment] : undefined;
    return item === undefined || !isSeq(node)
      ? undefined
      : { node: item ?? undefined, parent: node, index: segment, key: undefined };
  }
  return isSeq(node) ? undefined : childrenOf(node).find(({ key }) => isScalar(key) && key.value === segment);
}

/** `providers`, 0, `matchImages`, 2 of `providers[0].matchImages[2]`. */
function segmentsOf(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name = ""]) =>
    index === undefined ? name : Number(index),
  );
}
