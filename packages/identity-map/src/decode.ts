/** Decodes the file strictly: an unknown field, a wrong type or a repeated key is an error with its position. */
import {
  type DataDocument,
  type DataNode,
  DocumentError,
  type LineColumn,
  type ObjectEntry,
  parseDocument,
} from "@imagecred/kubelet/document";
import { nearest } from "@imagecred/protocol";
import type { Field, Fields, GroupField, ValuesOf } from "./field.ts";
import { type Entry, FILE } from "./fields.ts";
import { patternFault } from "./pattern.ts";

/** A fix that is certain. */
export type Remedy =
  /** Rename the key. */
  | { readonly kind: "rename"; readonly to: string }
  /** Write the value in quotes, because in YAML it is not a text. */
  | { readonly kind: "quote" }
  | { readonly kind: "replace"; readonly value: string };

/** A problem because of which no plugin uses the file. */
export interface MapProblem {
  /** Such as `identities[2].aws.roleArn`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly position: LineColumn;
  readonly remedy?: Remedy;
}

/** A decoded file. */
export interface DecodedMap {
  /** The entries; use them only if there are no problems. */
  readonly entries: readonly Entry[];
  readonly problems: readonly MapProblem[];
  /** Position of the value at a path; if it does not exist, of the nearest one that contains it. */
  locate(path: string): LineColumn;
}

const START: LineColumn = { line: 1, column: 1 };

/** Decodes a file. Never throws because of its contents. */
export function decodeIdentities(data: Uint8Array): DecodedMap {
  let document: DataDocument;
  try {
    document = parseDocument(data);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const message = error.message.replace(/^couldn't get version\/kind; /, "");
    return { entries: [], problems: [{ path: "", message, position: error.position }], locate: () => START };
  }
  const decoder = new Decoder(document);
  const file = decoder.group(document.root, FILE, "");
  for (const { key, at } of document.duplicates) decoder.report("", `${key} occurs twice`, at);
  const locate = (path: string) => decoder.locate(path);
  return { entries: file?.identities ?? [], problems: decoder.problems.sort(byPlace), locate };
}

class Decoder {
  readonly problems: MapProblem[] = [];
  readonly #document: DataDocument;
  readonly #places = new Map<string, number>();

  constructor(document: DataDocument) {
    this.#document = document;
  }

  report(path: string, message: string, at: number, remedy?: Remedy): void {
    const position = this.#document.locate(at);
    this.problems.push({ path, message, position, ...(remedy === undefined ? {} : { remedy }) });
  }

  locate(path: string): LineColumn {
    for (let around = path; around !== ""; around = around.replace(/(?:^|\.)[^.[]+$|\[\d+\]$/, "")) {
      const at = this.#places.get(around);
      if (at !== undefined) return this.#document.locate(at);
    }
    return START;
  }

  /** The values of a group, without those that have a problem. */
  group<Table extends Fields>(node: DataNode, fields: Table, path: string): ValuesOf<Table> | undefined {
    if (node.type !== "object") {
      this.#wrongType(path, node, "a mapping");
      return undefined;
    }
    const values: Record<string, unknown> = {};
    const seen = new Set<string>();
    const misspelt = new Set<string>();
    for (const entry of node.entries) {
      const { key, keyAt, value } = entry;
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field === undefined) misspelt.add(this.#unknown(entry, fields, path) ?? "");
      else if (seen.has(key)) this.report(path, `${key} occurs twice`, keyAt);
      else values[key] = this.#value(value, field, under(path, key));
      seen.add(key);
    }
    for (const [name, field] of Object.entries(fields)) {
      // A misspelt name is one mistake, not two.
      if (field.required === true && !seen.has(name) && !misspelt.has(name)) {
        const words = field.kind === "text" ? (field.words ?? []) : [];
        const expected = words.length === 1 ? `, expected ${words[0]}` : "";
        this.report(path, `${path === "" ? "the file" : path} has no ${name}${expected}`, node.at);
      }
    }
    // Names and types were checked above.
    return values as ValuesOf<Table>;
  }

  #value(node: DataNode, field: Field, path: string): unknown {
    this.#places.set(path, node.at);
    switch (field.kind) {
      case "text":
        return this.#text(node, path, field.words);
      case "texts":
        return this.#list(node, path, (item, at) => {
          const text = this.#text(item, at);
          // All lists of texts are patterns.
          const fault = text === undefined ? undefined : patternFault(text);
          if (fault !== undefined) this.report(at, `${at} is ${JSON.stringify(text)}, ${fault}`, item.at);
          return text;
        });
      case "group":
        return this.group(node, field.fields, path);
      case "groups":
        return this.#list(node, path, (item, at) => this.group(item, field.fields, at));
    }
  }

  #text(node: DataNode, path: string, words?: readonly string[]): string | undefined {
    if (node.type !== "string") {
      const plain = node.type === "number" || node.type === "bool";
      this.#wrongType(path, node, plain ? "a text: write it in quotes" : "a text", plain);
      return undefined;
    }
    const { value, at } = node;
    if (value === "") {
      this.report(path, `${path} is empty`, at);
    } else if (words !== undefined && !words.includes(value)) {
      const near = words.length === 1 ? words[0] : nearest(value, words);
      const expected =
        words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
      this.report(
        path,
        `${path} is ${JSON.stringify(value)}, expected ${expected}`,
        at,
        near === undefined ? undefined : { kind: "replace", value: near },
      );
    }
    return value;
  }

  #list<T>(node: DataNode, path: string, decode: (item: DataNode, path: string) => T): T[] | undefined {
    if (node.type !== "array") {
      this.#wrongType(path, node, "a list");
      return undefined;
    }
    if (node.items.length === 0) this.report(path, `${path} is empty`, node.at);
    return node.items.map((item, index) => {
      const at = `${path}[${index}]`;
      this.#places.set(at, item.at);
      return decode(item, at);
    });
  }

  /** Reports an unknown field. @returns the nearest known name, if any */
  #unknown({ key, keyAt }: ObjectEntry, fields: Fields, path: string): string | undefined {
    const names = Object.keys(fields);
    const near = names.find((name) => fields[name]?.wrongNames?.includes(key)) ?? nearest(key, names);
    const elsewhere = groupsOf(fields).find(([, group]) => Object.hasOwn(group.fields, key))?.[0];
    const hint =
      elsewhere !== undefined
        ? `; it belongs in ${elsewhere}`
        : near !== undefined
          ? `; did you mean ${near}?`
          : `, expected ${names.join(", ")}`;
    const where = path === "" ? "the file" : path;
    this.report(
      path,
      `${where} has the unknown field ${JSON.stringify(key)}${hint}`,
      keyAt,
      near === undefined || elsewhere !== undefined ? undefined : { kind: "rename", to: near },
    );
    return elsewhere === undefined ? near : undefined;
  }

  #wrongType(path: string, node: DataNode, expected: string, plain = false): void {
    const where = path === "" ? "the file" : path;
    this.report(
      path,
      `${where} is ${KINDS[node.type]}, expected ${expected}`,
      node.at,
      plain ? { kind: "quote" } : undefined,
    );
  }
}

const KINDS: Readonly<Record<DataNode["type"], string>> = {
  null: "empty",
  bool: "true or false",
  number: "a number",
  string: "a text",
  array: "a list",
  object: "a mapping",
};

function groupsOf(fields: Fields): readonly (readonly [name: string, field: GroupField])[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    field.kind === "group" ? [[name, field] as const] : [],
  );
}

function under(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function byPlace({ position: a }: MapProblem, { position: b }: MapProblem): number {
  return a.line - b.line || a.column - b.column;
}
