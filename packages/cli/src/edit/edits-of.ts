import { isCollection, isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from "yaml";
import type { Change, TextEdit, Value } from "./change.ts";
import { offsetAt } from "./text-edit.ts";
import { flowValue, valueLike } from "./write-value.ts";
import { childrenOf, type Slot, type YamlSource } from "./yaml-source.ts";

/**
 * The edits of a file's text for a change.
 * @param change with paths within this file
 * @returns undefined if the change would have to rewrite other text too (anchors, tags, several values in one line, text
 *   that cannot be parsed)
 */
export function editsOf(source: YamlSource, change: Change): readonly TextEdit[] | undefined {
  switch (change.kind) {
    case "replace":
      return single(replaced(source, slotOf(source, change.at, "value"), change.value));
    case "replace-item":
      return single(replacedItem(source, source.byPath(change.at), change.values));
    case "remove":
      return single(removed(source, slotOf(source, change.at, "key")));
    case "set":
      return single(withField(source, slotOf(source, change.at, "value"), change.key, change.value));
    case "append":
      return single(appended(source, source.byPath(change.at), change.value));
    case "rename":
      return single(renamed(source, slotOf(source, change.at, "key"), change.key));
    case "text": {
      const start = offsetAt(source.text, source.starts, change.at);
      return [{ start, end: start + change.length, text: change.text }];
    }
  }
}

function single(edit: TextEdit | undefined): readonly TextEdit[] | undefined {
  return edit === undefined ? undefined : [edit];
}

/** An object and its first field can begin at the same position: `prefer` says which is meant. */
function slotOf(
  source: YamlSource,
  at: Exclude<Change, { kind: "text" }>["at"],
  prefer: "key" | "value",
): Slot | undefined {
  if (typeof at === "string") return source.byPath(at);
  if ("path" in at) return source.byPath(at.path);
  const offset = offsetAt(source.text, source.starts, at);
  const [key, value] = [source.byKeyOffset(offset), source.byValueOffset(offset)];
  return prefer === "key" ? (key ?? value) : (value ?? key);
}

function isJson({ text }: YamlSource): boolean {
  return /^\s*\{/.test(text);
}

/** Whether a node can be replaced without losing an anchor or a tag, and is not an alias. */
function isPlainNode(node: Node | undefined): boolean {
  return (
    node === undefined ||
    ((isScalar(node) || isCollection(node)) && node.anchor === undefined && node.tag === undefined)
  );
}

function replaced(source: YamlSource, slot: Slot | undefined, value: Value): TextEdit | undefined {
  if (slot === undefined || !isPlainNode(slot.node)) return undefined;
  const { node, key } = slot;
  if (node?.range != null && node.range[1] > node.range[0]) {
    const [start, valueEnd] = node.range;
    const end = start + source.text.slice(start, valueEnd).trimEnd().length;
    if (isCollection(node) && node.flow !== true) return replacedBlock(source, slot, start, end, value);
    return { start, end, text: valueLike(node, value, isJson(source)) };
  }
  if (key?.range == null) return undefined;
  // A key without a value.
  const colon = source.text.indexOf(":", key.range[1]);
  return colon < 0
    ? undefined
    : { start: colon + 1, end: colon + 1, text: ` ${flowValue(value, isJson(source))}` };
}

/** Replaces a block of lines by a value after its key. */
function replacedBlock(
  source: YamlSource,
  { key }: Slot,
  start: number,
  end: number,
  value: Value,
): TextEdit | undefined {
  if (key?.range == null) return undefined;
  const colon = source.text.indexOf(":", key.range[1]);
  if (colon < 0 || colon > start || source.text.slice(colon + 1, start).includes("#")) return undefined;
  return { start: colon + 1, end, text: ` ${flowValue(value, isJson(source))}` };
}

function renamed(source: YamlSource, slot: Slot | undefined, key: string): TextEdit | undefined {
  const node = slot?.key;
  if (node?.range == null || !isPlainNode(node)) return undefined;
  return { start: node.range[0], end: node.range[1], text: valueLike(node, key, isJson(source)) };
}

/** Offset of an item's dash. */
function dashOf(parent: YAMLSeq | YAMLMap, index: number): number | undefined {
  const token = parent.srcToken;
  if (token?.type !== "block-seq") return undefined;
  return token.items[index]?.start.find(({ type }) => type === "seq-item-ind")?.offset;
}

function endOfLine(text: string, at: number): number {
  // A block of text (|, >) ends with its own line end.
  if (text[at - 1] === "\n") return at;
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

function startOfLine(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** Offset of the end of a value's lines, including a comment after it. */
function endOfSlot(text: string, { node, key }: Slot, start: number): number {
  const end = Math.max(node?.range?.[1] ?? 0, key?.range?.[1] ?? 0, start + 1);
  return endOfLine(text, start + text.slice(start, end).trimEnd().length);
}

function removed(source: YamlSource, slot: Slot | undefined): TextEdit | undefined {
  if (slot?.parent === undefined) return undefined;
  const { text } = source;
  const { parent, index } = slot;
  if (parent.flow === true) return removedFromFlow(text, childrenOf(parent), index);
  const start = isSeq(parent) ? dashOf(parent, index) : slot.key?.range?.[0];
  if (start === undefined) return undefined;
  const line = startOfLine(text, start);
  const end = endOfSlot(text, slot, start);
  if (text.slice(line, start).trim() === "") return { start: line, end, text: "" };
  // The first field of a list item is in the dash's line: the next field moves up to it.
  const next = childrenOf(parent)[index + 1]?.key?.range?.[0];
  return next === undefined || !/^\s*-\s*$/.test(text.slice(line, start))
    ? undefined
    : { start, end: next, text: "" };
}

function startOf({ key, node }: Slot): number | undefined {
  return key?.range?.[0] ?? node?.range?.[0];
}

function endOf({ key, node }: Slot): number | undefined {
  return node?.range?.[1] ?? key?.range?.[1];
}

function removedFromFlow(text: string, slots: readonly Slot[], index: number): TextEdit | undefined {
  const [own, next, before] = [slots[index], slots[index + 1], slots[index - 1]];
  if (own === undefined) return undefined;
  const [start, end] = [startOf(own), endOf(own)];
  if (start === undefined || end === undefined) return undefined;
  const nextStart = next === undefined ? undefined : startOf(next);
  if (nextStart !== undefined) return { start, end: nextStart, text: "" };
  const beforeEnd = before === undefined ? undefined : endOf(before);
  if (beforeEnd !== undefined) return { start: beforeEnd, end, text: "" };
  const comma = /^\s*,/.exec(text.slice(end));
  return { start, end: end + (comma?.[0].length ?? 0), text: "" };
}

function replacedItem(
  source: YamlSource,
  slot: Slot | undefined,
  values: readonly Value[],
): TextEdit | undefined {
  if (values.length === 0) return removed(source, slot);
  if (values.length === 1) return replaced(source, slot, values[0] ?? "");
  if (slot === undefined || !isSeq(slot.parent) || slot.node?.range == null || !isPlainNode(slot.node))
    return undefined;
  const [start, valueEnd] = slot.node.range;
  const end = start + source.text.slice(start, valueEnd).trimEnd().length;
  const texts = values.map((value) => valueLike(slot.node, value, isJson(source)));
  if (slot.parent.flow === true) return { start, end, text: texts.join(", ") };
  const dash = dashOf(slot.parent, slot.index);
  if (dash === undefined) return undefined;
  const margin = " ".repeat(dash - startOfLine(source.text, dash));
  return { start, end, text: texts.join(`${source.lineEnd}${margin}- `) };
}

function appended(source: YamlSource, slot: Slot | undefined, value: Value): TextEdit | undefined {
  const { text, lineEnd } = source;
  const list = slot?.node;
  if (slot === undefined || !isSeq(list) || list.range == null) return replaced(source, slot, [value]);
  const last = childrenOf(list).at(-1);
  const written = valueLike(last?.node, value, isJson(source));
  if (list.flow === true) return insertedIntoFlow(text, list.range[1] - 1, last, written);
  if (last === undefined) return undefined;
  const dash = dashOf(list, last.index);
  if (dash === undefined) return undefined;
  const margin = " ".repeat(dash - startOfLine(text, dash));
  return insertedLine(text, endOfSlot(text, last, dash), `${margin}- ${written}`, lineEnd);
}

function insertedIntoFlow(
  text: string,
  bracket: number,
  last: Slot | undefined,
  written: string,
): TextEdit | undefined {
  if (!/[\]}]/.test(text[bracket] ?? "")) return undefined;
  const end = last === undefined ? undefined : endOf(last);
  if (end === undefined) return { start: bracket, end: bracket, text: written };
  return { start: end, end, text: `, ${written}` };
}

function insertedLine(text: string, at: number, line: string, lineEnd: string): TextEdit {
  const newline = at > 0 && text[at - 1] !== "\n" ? lineEnd : "";
  return { start: at, end: at, text: `${newline}${line}${lineEnd}` };
}

function withField(
  source: YamlSource,
  slot: Slot | undefined,
  key: string,
  value: Value,
): TextEdit | undefined {
  const { text, lineEnd } = source;
  const object = slot?.node;
  if (slot === undefined || !isMap(object) || object.range == null) return undefined;
  const fields = childrenOf(object);
  const there = fields.find((field) => isScalar(field.key) && field.key.value === key);
  if (there !== undefined) return replaced(source, there, value);
  const json = isJson(source);
  const written = `${json ? JSON.stringify(key) : key}: ${flowValue(value, json)}`;
  if (object.flow === true) return insertedIntoFlow(text, object.range[1] - 1, fields.at(-1), written);
  const first = fields[0];
  const start = first?.key?.range?.[0];
  if (first === undefined || start === undefined) return undefined;
  const margin = " ".repeat([...text.slice(startOfLine(text, start), start)].length);
  // After the first field, which is usually a provider's name; before it if it is longer than a line.
  if (isScalar(first.node) || first.node === undefined) {
    return insertedLine(text, endOfSlot(text, first, start), `${margin}${written}`, lineEnd);
  }
  return { start, end: start, text: `${written}${lineEnd}${margin}` };
}
