/** YAML before its values are interpreted: go-yaml's `node` (decode.go). */
import type { YamlScalar } from "./scalar.ts";

interface Placed {
  /** Offset of the value, in UTF-16 units of the decoded text. */
  readonly at: number;
  /** The line that go-yaml names in its errors: of the anchor or tag in front of the value, if there is one. Counts from 1. */
  readonly line: number;
}

/** A value without a structure. */
export interface YamlScalarNode extends Placed, YamlScalar {
  readonly kind: "scalar";
}

/** A mapping, in block or flow style. */
export interface YamlMapNode extends Placed {
  readonly kind: "map";
  /** Keys and values in order. */
  readonly pairs: (readonly [key: YamlNode, value: YamlNode])[];
}

/** A sequence, in block or flow style. */
export interface YamlSequenceNode extends Placed {
  readonly kind: "sequence";
  readonly items: YamlNode[];
}

/** `*name`. */
export interface YamlAliasNode extends Placed {
  readonly kind: "alias";
  readonly name: string;
  /** The node that had the anchor when the alias was read. */
  readonly target: YamlNode;
}

/** A node of the tree. */
export type YamlNode = YamlScalarNode | YamlMapNode | YamlSequenceNode | YamlAliasNode;

/** The text is not YAML. `message` is go-yaml's, without its `yaml: `. */
export class YamlSyntaxError extends Error {
  override name = "YamlSyntaxError";
  /** In UTF-16 units of the decoded text. */
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
