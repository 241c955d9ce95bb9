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

/** A value in a file, with its parent and key. */
export interface Slot {
  /** undefined if a key or a dash has no value. */
  readonly node: Node | undefined;
  readonly parent: YAMLMap | YAMLSeq | undefined;
  /** Index of the item or pair in its parent. */
  readonly index: number;
  /** The key's node, for a field. */
  readonly key: Node | undefined;
}

/** The first document of a file, with the positions of its values. JSON is read as YAML. */
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

/** Parses a file's text. Never throws: values that cannot be found are undefined. */
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
