/** YAML before it is known what the values mean: go-yaml's `node` (decode.go). */
import type { YamlScalar } from "./scalar.ts";

interface Placed {
  /** Offset of the value, in UTF-16 units. */
  readonly at: number;
  /** Offset at which go-yaml's event starts: the anchor or tag in front of the value, if there is one. */
  readonly eventAt: number;
}

export interface YamlScalarNode extends Placed, YamlScalar {
  readonly kind: "scalar";
}

export interface YamlMapNode extends Placed {
  readonly kind: "map";
  /** Keys and values in order. */
  readonly pairs: (readonly [key: YamlNode, value: YamlNode])[];
}

export interface YamlSequenceNode extends Placed {
  readonly kind: "sequence";
  readonly items: YamlNode[];
}

export interface YamlAliasNode extends Placed {
  readonly kind: "alias";
  readonly name: string;
  /** The node that bore the anchor when the alias was met. */
  readonly target: YamlNode;
}

export type YamlNode = YamlScalarNode | YamlMapNode | YamlSequenceNode | YamlAliasNode;

/** The text is no YAML. `message` is the library's, which differs from go-yaml's. */
export class YamlSyntaxError extends Error {
  override name = "YamlSyntaxError";
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
