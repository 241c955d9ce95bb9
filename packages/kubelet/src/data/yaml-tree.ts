/**
 * YAML text into nodes, by the npm library `yaml`; what the values mean is decided elsewhere. Everything that depends
 * on which library parses is in this file.
 */
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  Parser,
  Scalar,
} from "yaml";
import type { YamlScalar } from "./yaml-scalar.ts";

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

/**
 * The first document's root; undefined when there is none. Like go-yaml, documents behind the first are not looked at.
 *
 * @throws {YamlSyntaxError}
 */
export function parseYaml(text: string): YamlNode | undefined {
  const document = firstDocument(text);
  if (document === undefined) return undefined;
  const fault = document.errors[0];
  if (fault !== undefined) throw new YamlSyntaxError(fault.message, fault.pos[0]);
  const root = document.contents;
  return root === null ? undefined : new TreeBuilder(text).build(root as ParsedNode, undefined);
}

function firstDocument(text: string): Document.Parsed | undefined {
  // The failsafe schema leaves every scalar as text: the kubelet's reading of it differs from the library's.
  const composer = new Composer<ParsedNode>({
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    keepSourceTokens: true,
    logLevel: "silent",
  });
  for (const document of composer.compose(new Parser().parse(text))) return document;
  return undefined;
}

class TreeBuilder {
  readonly #text: string;
  readonly #anchors = new Map<string, YamlNode>();

  constructor(text: string) {
    this.#text = text;
  }

  build(node: ParsedNode, propsAt: number | undefined): YamlNode {
    const at = node.range[0];
    const placed = { at, eventAt: propsAt ?? at };
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) throw new YamlSyntaxError(`unknown anchor '${node.source}' referenced`, at);
      return { ...placed, kind: "alias", name: node.source, target };
    }
    const built = this.#empty(node, placed);
    // Before the children: an alias inside its own anchor is found, and refused when it is followed.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, built);
    if (isMap(node) && built.kind === "map") {
      for (const pair of node.items)
        built.pairs.push(this.#pair(pair as Pair<ParsedNode, ParsedNode | null>));
    } else if (isSeq(node) && built.kind === "sequence") {
      for (const item of node.items) built.items.push(this.build(item as ParsedNode, undefined));
    }
    return built;
  }

  #empty(node: ParsedNode, placed: Placed): YamlScalarNode | YamlMapNode | YamlSequenceNode {
    if (isMap(node)) return { ...placed, kind: "map", pairs: [] };
    if (isSeq(node)) return { ...placed, kind: "sequence", items: [] };
    if (!isScalar(node)) throw new YamlSyntaxError("unknown kind of node", placed.at);
    // The library gives text for every scalar under the failsafe schema, and null only for nothing at all.
    const value = typeof node.value === "string" ? node.value : "";
    const tag = node.tag ?? "";
    const written = this.#explicitTag(node, tag);
    return {
      ...placed,
      kind: "scalar",
      value,
      tag: written,
      implicit: tag === "" && node.type === Scalar.PLAIN,
    };
  }

  /** The lone `!` makes a plain scalar text without naming a tag. */
  #explicitTag(node: ParsedNode, tag: string): string {
    return tag === "!" || this.#text.startsWith("! ", node.range[0]) ? "" : tag;
  }

  #pair(pair: Pair<ParsedNode, ParsedNode | null>): readonly [YamlNode, YamlNode] {
    const token = pair.srcToken;
    const props = (parts: readonly { type: string; offset: number }[] | undefined) =>
      parts?.find((part) => part.type === "anchor" || part.type === "tag")?.offset;
    const key = this.build(pair.key, props(token?.start));
    const value =
      pair.value === null
        ? this.#nothing(pair.key.range[1])
        : this.build(pair.value, props(token !== undefined && "sep" in token ? token.sep : undefined));
    return [key, value];
  }

  #nothing(at: number): YamlScalarNode {
    return { kind: "scalar", value: "", tag: "", implicit: true, at, eventAt: at };
  }
}
