/**
 * YAML as the kubelet reads it: sigs.k8s.io/yaml v1.6.0 (YAMLToJSON, YAMLToJSONStrict) on go-yaml v2 v2.4.4, whose
 * decode.go handles repeated keys, merge keys, aliases and keys that are not text.
 */

import { compareBytes } from "@imagecred/protocol/go";
import type { DataNode, ObjectEntry } from "../decode/tree.ts";
import { formatFloat64 } from "../go/float.ts";
import { compareKeys, goSyntax, keyText } from "./key.ts";
import { resolveScalar, type ScalarValue, YamlValueError } from "./scalar.ts";
import type { YamlMapNode, YamlNode } from "./syntax-tree.ts";

/** A document converted to JSON's types, with the errors of strict reading. */
export interface YamlDocument {
  readonly root: DataNode;
  /** Keys that were set twice, in the order in which go-yaml finds them. */
  readonly duplicates: readonly DuplicateKey[];
}

/** A key that was set before in the same mapping. */
export interface DuplicateKey {
  /** The key as Go prints it with `%#v`. */
  readonly key: string;
  readonly at: number;
  /** The line that go-yaml names: where the value starts. Counts from 1. */
  readonly line: number;
}

/** A mapping while it is filled, by the identity of the Go key. */
type Mapping = Map<string, { readonly key: ScalarValue; readonly keyAt: number; readonly value: DataNode }>;

/**
 * Decodes a document's root into JSON's terms. Object keys come sorted, as Go's json.Marshal writes them.
 *
 * @throws {YamlValueError} if go-yaml, or the conversion to JSON after it, fails
 */
export function decodeYaml(root: YamlNode | undefined): YamlDocument {
  if (root === undefined) return { root: { type: "null", at: 0 }, duplicates: [] };
  const decoder = new YamlDecoder();
  const value = decoder.value(root);
  if (decoder.unusableKey !== undefined) throw decoder.unusableKey;
  checkNumbers(value);
  return { root: value, duplicates: decoder.duplicates };
}

class YamlDecoder {
  readonly duplicates: DuplicateKey[] = [];
  /** Found while converting to JSON, which Go starts once all YAML is decoded. */
  unusableKey: YamlValueError | undefined;
  readonly #following = new Set<YamlNode>();
  /** The parts of Go's text for a value that {@link DataNode} does not have. */
  readonly #numbers = new Map<DataNode, ScalarValue>();
  readonly #mappings = new Map<DataNode, Mapping>();
  #decoded = 0;
  #fromAliases = 0;
  #notNumbers = 0;

  value(node: YamlNode): DataNode {
    return placed(node, () => this.#value(node));
  }

  #value(node: YamlNode): DataNode {
    this.#count();
    const at = node.at;
    switch (node.kind) {
      case "alias":
        return this.#follow(node, (target) => this.value(target));
      case "scalar": {
        const scalar = resolveScalar(node);
        const value = toNode(scalar, at);
        if (value.type === "number") this.#numbers.set(value, scalar);
        return value;
      }
      case "sequence":
        return { type: "array", items: node.items.map((item) => this.value(item)), at };
      case "map": {
        const mapping: Mapping = new Map();
        this.#fill(mapping, node);
        const object: DataNode = { type: "object", entries: this.#entries(mapping), at };
        this.#mappings.set(object, mapping);
        return object;
      }
    }
  }

  #fill(mapping: Mapping, node: YamlMapNode): void {
    for (const [keyNode, valueNode] of node.pairs) {
      if (isMerge(keyNode)) {
        this.#merge(mapping, valueNode);
        continue;
      }
      const key = this.#key(keyNode);
      const value = this.value(valueNode);
      const identity = this.#identity(key);
      if (mapping.has(identity)) {
        this.duplicates.push({ key: goSyntax(key), at: keyNode.at, line: valueNode.line });
      }
      mapping.set(identity, { key, keyAt: keyNode.at, value });
    }
  }

  #key(node: YamlNode): ScalarValue {
    return placed(node, () => {
      if (node.kind === "map" || node.kind === "sequence") {
        throw new YamlValueError(`yaml: invalid map key: ${this.#goSyntax(this.value(node))}`);
      }
      this.#count();
      return node.kind === "alias" ? this.#follow(node, (target) => this.#key(target)) : resolveScalar(node);
    });
  }

  #merge(mapping: Mapping, value: YamlNode): void {
    // From the last to the first, because later values win.
    const sources = value.kind === "sequence" ? [...value.items].reverse() : [value];
    for (const source of sources) {
      const target = source.kind === "alias" ? source.target : source;
      if (target.kind !== "map") {
        throw new YamlValueError("yaml: map merge requires map or sequence of maps as the value");
      }
      this.#count();
      if (source.kind === "alias") {
        this.#follow(source, () => {
          this.#count();
          this.#fill(mapping, target);
        });
      } else {
        this.#fill(mapping, target);
      }
    }
  }

  #follow<T>(alias: YamlNode & { kind: "alias" }, then: (target: YamlNode) => T): T {
    if (this.#following.has(alias))
      throw new YamlValueError(`yaml: anchor '${alias.name}' value contains itself`);
    this.#following.add(alias);
    const result = then(alias.target);
    this.#following.delete(alias);
    return result;
  }

  /** go-yaml's limit against documents that consist mostly of aliases of aliases. */
  #count(): void {
    this.#decoded++;
    if (this.#following.size > 0) this.#fromAliases++;
    if (this.#fromAliases <= 100 || this.#decoded <= 1000) return;
    const scaled = 0.99 - 0.89 * ((this.#decoded - 400_000) / 3_600_000);
    const allowed = this.#decoded <= 400_000 ? 0.99 : this.#decoded >= 4_000_000 ? 0.1 : scaled;
    if (this.#fromAliases / this.#decoded > allowed) {
      throw new YamlValueError("yaml: document contains excessive aliasing");
    }
  }

  /** Keys of different types differ, and NaN differs from itself, as in a Go map. */
  #identity(key: ScalarValue): string {
    if (key.goType === "nil") return "nil";
    return Number.isNaN(key.value) ? `NaN:${this.#notNumbers++}` : `${key.goType}:${key.value}`;
  }

  #entries(mapping: Mapping): ObjectEntry[] {
    const byName = new Map<string, ObjectEntry>();
    for (const { key, keyAt, value } of mapping.values()) {
      const name = keyText(key);
      if (name === undefined) {
        const type = key.goType === "nil" ? "%!s(<nil>)" : key.goType;
        this.unusableKey ??= new YamlValueError(
          `unsupported map key of type: ${type}, key: ${goSyntax(key)}, value: ${this.#goSyntax(value)}`,
          keyAt,
        );
      } else {
        byName.set(name, { key: name, keyAt, value });
      }
    }
    return [...byName.values()].sort((a, b) => compareBytes(a.key, b.key));
  }

  /** `%#v` of a value, which is an `interface{}` where it is part of another one. */
  #goSyntax(node: DataNode, nil = "<nil>"): string {
    const inner = (value: DataNode) => this.#goSyntax(value, "interface {}(nil)");
    switch (node.type) {
      case "null":
        return nil;
      case "array":
        return `[]interface {}{${node.items.map(inner).join(", ")}}`;
      case "object": {
        const entries = [...(this.#mappings.get(node)?.values() ?? [])].sort((a, b) =>
          compareKeys(a.key, b.key),
        );
        const texts = entries.map(
          ({ key, value }) => `${goSyntax(key, "interface {}(nil)")}:${inner(value)}`,
        );
        return `map[interface {}]interface {}{${texts.join(", ")}}`;
      }
      case "number":
        return goSyntax(this.#numbers.get(node) ?? { goType: "nil" });
      default:
        return goSyntax(
          node.type === "bool"
            ? { goType: "bool", value: node.value }
            : { goType: "string", value: node.value },
        );
    }
  }
}

/** Errors name the innermost node in which they were found. */
function placed<T>(node: YamlNode, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof YamlValueError) error.offset ??= node.at;
    throw error;
  }
}

function isMerge(node: YamlNode): boolean {
  if (node.kind !== "scalar" || node.value !== "<<") return false;
  return node.implicit || node.tag === "tag:yaml.org,2002:merge";
}

function toNode(value: ScalarValue, at: number): DataNode {
  switch (value.goType) {
    case "nil":
      return { type: "null", at };
    case "bool":
      return { type: "bool", value: value.value, at };
    case "string":
      return { type: "string", value: value.value, at };
    case "float64":
      return Number.isFinite(value.value)
        ? { type: "number", at }
        : { type: "number", at, unsupported: formatFloat64(value.value) };
    default:
      return { type: "number", at };
  }
}

/** JSON has no infinity: json.Marshal fails at the first one. */
function checkNumbers(node: DataNode): void {
  if (node.type === "number" && node.unsupported !== undefined) {
    throw new YamlValueError(`json: unsupported value: ${node.unsupported}`, node.at);
  }
  if (node.type === "array") for (const item of node.items) checkNumbers(item);
  if (node.type === "object") for (const entry of node.entries) checkNumbers(entry.value);
}
