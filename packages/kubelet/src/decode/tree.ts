/**
 * The tree for both JSON and YAML, with positions. The kubelet converts YAML to JSON before it decodes it, so one tree is
 * enough.
 */

interface Positioned {
  /** Offset at which the value starts; its document converts it to line and column. */
  readonly at: number;
}

/** `null`, `~`, or a key without a value. */
export interface NullNode extends Positioned {
  readonly type: "null";
}

/** `true` or `false`. */
export interface BoolNode extends Positioned {
  readonly type: "bool";
  readonly value: boolean;
}

/** A number; the kubelet reads no numbers from these documents, so its value does not matter. */
export interface NumberNode extends Positioned {
  readonly type: "number";
  /** Set for YAML's infinities and not-a-number, which JSON cannot represent: Go's text for them. */
  readonly unsupported?: string;
}

/** A text. */
export interface StringNode extends Positioned {
  readonly type: "string";
  readonly value: string;
}

/** A list. */
export interface ArrayNode extends Positioned {
  readonly type: "array";
  readonly items: readonly DataNode[];
}

/** Entries in the order in which Go's decoder reads them; JSON may repeat a key. */
export interface ObjectNode extends Positioned {
  readonly type: "object";
  readonly entries: readonly ObjectEntry[];
}

/** A key with its value. */
export interface ObjectEntry {
  readonly key: string;
  /** The position where the key starts. */
  readonly keyAt: number;
  readonly value: DataNode;
}

/** A value of a document. */
export type DataNode = NullNode | BoolNode | NumberNode | StringNode | ArrayNode | ObjectNode;
