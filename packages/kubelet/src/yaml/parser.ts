/** Tokens into a tree (go.yaml.in/yaml/v2 v2.4.4, parserc.go, with the tree builder at the start of decode.go). */
import type { Mark } from "./reader.ts";
import type { Token, TokenType, YamlScanner } from "./scanner.ts";
import {
  type YamlMapNode,
  type YamlNode,
  type YamlScalarNode,
  type YamlSequenceNode,
  YamlSyntaxError,
} from "./syntax-tree.ts";

/** The nodes that are allowed at a position. */
interface Context {
  readonly block: boolean;
  /** A sequence whose `-` are in the column of the key that it belongs to. */
  readonly indentlessSequence: boolean;
}

const FLOW: Context = { block: false, indentlessSequence: false };
const BLOCK: Context = { block: true, indentlessSequence: false };
const IN_MAPPING: Context = { block: true, indentlessSequence: true };

/** Anchor and tag of a node, and the position after them. */
interface Properties {
  readonly anchor: string | undefined;
  readonly tag: string;
  readonly start: Mark;
  readonly content: Token;
}

/**
 * The first document's root; undefined if there is none. Nothing after the first document is read, except for the token with
 * which it ends.
 *
 * @throws {YamlSyntaxError} with go-yaml's text
 */
export function parseYaml(scanner: YamlScanner): YamlNode | undefined {
  return new Parser(scanner).document();
}

class Parser {
  readonly #scanner: YamlScanner;
  readonly #anchors = new Map<string, YamlNode>();
  /** The prefixes of tag handles. */
  readonly #handles = new Map<string, string>();

  constructor(scanner: YamlScanner) {
    this.#scanner = scanner;
  }

  document(): YamlNode | undefined {
    this.#scanner.next();
    if (this.#nextIs("stream-end")) return undefined;
    const explicit = this.#nextIs("version-directive", "tag-directive", "document-start");
    this.#directives();
    if (explicit) this.#take("document-start", "did not find expected <document start>");
    const empty =
      explicit &&
      this.#nextIs("version-directive", "tag-directive", "document-start", "document-end", "stream-end");
    const root = empty ? nothing(this.#scanner.peek().start) : this.#node(BLOCK);
    this.#scanner.peek();
    return root;
  }

  #directives(): void {
    let versions = 0;
    while (this.#nextIs("version-directive", "tag-directive")) {
      const { type, value, rest, start } = this.#scanner.peek();
      if (type === "version-directive") {
        if (versions++ > 0) throw fault("found duplicate %YAML directive", start);
        if (value !== "1.1") throw fault("found incompatible YAML document", start);
      } else {
        if (this.#handles.has(value)) throw fault("found duplicate %TAG directive", start);
        this.#handles.set(value, rest);
      }
      this.#scanner.next();
    }
    if (!this.#handles.has("!")) this.#handles.set("!", "!");
    if (!this.#handles.has("!!")) this.#handles.set("!!", "tag:yaml.org,2002:");
  }

  #node(context: Context): YamlNode {
    if (this.#nextIs("alias")) return this.#alias();
    const { anchor, tag, start, content } = this.#properties();
    const placed = { at: content.start.at, line: start.line + 1 };
    const named = <N extends YamlNode>(node: N): N => {
      // Before its children: an alias within its own anchor is found, and rejected when it is followed.
      if (anchor !== undefined) this.#anchors.set(anchor, node);
      return node;
    };
    const sequence = (): YamlSequenceNode => named({ ...placed, kind: "sequence", items: [] });
    const map = (): YamlMapNode => named({ ...placed, kind: "map", pairs: [] });
    switch (content.type) {
      case "scalar": {
        const { value, plain } = this.#scanner.next();
        return named({
          ...placed,
          kind: "scalar",
          value,
          tag,
          implicit: tag === "!" || (tag === "" && plain),
        });
      }
      case "flow-sequence-start":
        return this.#flowSequence(sequence());
      case "flow-mapping-start":
        return this.#flowMapping(map());
      case "block-entry":
        if (context.indentlessSequence) return this.#indentlessSequence(sequence());
        break;
      case "block-sequence-start":
        if (context.block) return this.#blockSequence(sequence());
        break;
      case "block-mapping-start":
        if (context.block) return this.#blockMapping(map());
        break;
    }
    if (anchor === undefined && tag === "") throw fault("did not find expected node content", content.start);
    return named({ ...nothing(start), tag, implicit: tag === "" });
  }

  #alias(): YamlNode {
    const { value: name, start } = this.#scanner.next();
    const target = this.#anchors.get(name);
    if (target === undefined) throw new YamlSyntaxError(`unknown anchor '${name}' referenced`, start.at);
    return { kind: "alias", name, target, at: start.at, line: start.line + 1 };
  }

  /** An anchor and a tag, in either order. */
  #properties(): Properties {
    const { start } = this.#scanner.peek();
    const first = this.#nextIs("anchor", "tag") ? this.#scanner.next() : undefined;
    const other = first?.type === "anchor" ? "tag" : "anchor";
    const second = first !== undefined && this.#nextIs(other) ? this.#scanner.next() : undefined;
    const content = this.#scanner.peek();
    const [anchor, tag] = first?.type === "tag" ? [second, first] : [first, second];
    return { anchor: anchor?.value, tag: tag === undefined ? "" : this.#fullTag(tag), start, content };
  }

  #fullTag({ value: handle, rest, start }: Token): string {
    if (handle === "") return rest;
    const prefix = this.#handles.get(handle);
    if (prefix === undefined) throw fault("found undefined tag handle", start);
    return prefix + rest;
  }

  #blockSequence(node: YamlSequenceNode): YamlNode {
    this.#scanner.next();
    while (!this.#nextIs("block-end")) {
      const { end } = this.#take("block-entry", "did not find expected '-' indicator");
      node.items.push(this.#nodeUnless(["block-entry", "block-end"], BLOCK, end));
    }
    this.#scanner.next();
    return node;
  }

  #indentlessSequence(node: YamlSequenceNode): YamlNode {
    while (this.#nextIs("block-entry")) {
      const { end } = this.#scanner.next();
      node.items.push(this.#nodeUnless(["block-entry", "key", "value", "block-end"], BLOCK, end));
    }
    return node;
  }

  #blockMapping(node: YamlMapNode): YamlNode {
    const ends: TokenType[] = ["key", "value", "block-end"];
    this.#scanner.next();
    while (!this.#nextIs("block-end")) {
      const { end } = this.#take("key", "did not find expected key");
      const key = this.#nodeUnless(ends, IN_MAPPING, end);
      const value = this.#nextIs("value")
        ? this.#nodeUnless(ends, IN_MAPPING, this.#scanner.next().end)
        : nothing(this.#scanner.peek().start);
      node.pairs.push([key, value]);
    }
    this.#scanner.next();
    return node;
  }

  #flowSequence(node: YamlSequenceNode): YamlNode {
    this.#flowEntries("flow-sequence-end", "did not find expected ',' or ']'", () => {
      if (!this.#nextIs("key")) {
        node.items.push(this.#node(FLOW));
        return;
      }
      const { start, end } = this.#scanner.next();
      const isEmpty = this.#nextIs("value", "flow-entry", "flow-sequence-end");
      // go-yaml loses the token after an empty key.
      if (isEmpty) this.#scanner.next();
      const key = isEmpty ? nothing(end) : this.#node(FLOW);
      const pair = [key, this.#flowValue("flow-sequence-end")] as const;
      node.items.push({ kind: "map", pairs: [pair], at: start.at, line: start.line + 1 });
    });
    return node;
  }

  #flowMapping(node: YamlMapNode): YamlNode {
    this.#flowEntries("flow-mapping-end", "did not find expected ',' or '}'", () => {
      if (!this.#nextIs("key")) {
        node.pairs.push([this.#node(FLOW), nothing(this.#scanner.peek().start)]);
        return;
      }
      this.#scanner.next();
      const key = this.#nodeUnless(["value", "flow-entry", "flow-mapping-end"], FLOW);
      node.pairs.push([key, this.#flowValue("flow-mapping-end")]);
    });
    return node;
  }

  #flowEntries(end: TokenType, problem: string, entry: () => void): void {
    this.#scanner.next();
    for (let first = true; !this.#nextIs(end); first = false) {
      if (!first) this.#take("flow-entry", problem);
      if (this.#nextIs(end)) break;
      entry();
    }
    this.#scanner.next();
  }

  #flowValue(end: TokenType): YamlNode {
    const { type, start } = this.#scanner.peek();
    if (type !== "value") return nothing(start);
    this.#scanner.next();
    return this.#nodeUnless(["flow-entry", end], FLOW);
  }

  /** A node, or an empty node if one of these tokens follows; its position is `at`, or that of the token. */
  #nodeUnless(ends: readonly TokenType[], context: Context, at?: Mark): YamlNode {
    return this.#nextIs(...ends) ? nothing(at ?? this.#scanner.peek().start) : this.#node(context);
  }

  #nextIs(...types: readonly TokenType[]): boolean {
    return types.includes(this.#scanner.peek().type);
  }

  #take(type: TokenType, problem: string): Token {
    const token = this.#scanner.peek();
    if (token.type !== type) throw fault(problem, token.start);
    return this.#scanner.next();
  }
}

function nothing({ at, line }: Mark): YamlScalarNode {
  return { kind: "scalar", value: "", tag: "", implicit: true, at, line: line + 1 };
}

/** An error of go-yaml's parser, which reports the line before the one with the error. */
function fault(problem: string, { at, line }: Mark): YamlSyntaxError {
  return new YamlSyntaxError(line === 0 ? problem : `line ${line}: ${problem}`, at);
}
