/**
 * The library's nodes into ours, with the rules in which go-yaml's flow collections differ from YAML 1.2's (scannerc.go:
 * YAML 1.1 ends a plain text there at every `?`, and takes a `:` for part of it unless white space follows).
 */
import { isAlias, isMap, isPair, isScalar, isSeq, type Pair, type ParsedNode, Scalar } from "yaml";
import { faultOfEscapes } from "./escapes.ts";
import type { RepairedText } from "./repair.ts";
import {
  type YamlMapNode,
  type YamlNode,
  type YamlScalarNode,
  type YamlSequenceNode,
  YamlSyntaxError,
} from "./syntax-tree.ts";

type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

interface Token {
  readonly type: string;
  readonly offset: number;
}

/** Where a pair's punctuation stands. */
interface PairTokens {
  readonly before: readonly Token[];
  readonly between: readonly Token[];
  readonly colon: number | undefined;
}

/** A simple key, and the colon behind it, fit in one line of at most so many characters. */
const MAX_SIMPLE_KEY = 1024;

/** What was changed or overlooked in the text. */
export interface TreeNotes {
  /** Offsets of tags that the library does not know. */
  readonly unknownTags: readonly number[];
  /** The character that stands for byte order marks, or nothing. */
  readonly standIn: string;
}

/** Builds the tree of one document. */
export class TreeBuilder {
  readonly #source: RepairedText;
  readonly #notes: TreeNotes;
  readonly #anchors = new Map<string, YamlNode>();

  constructor(source: RepairedText, notes: TreeNotes) {
    this.#source = source;
    this.#notes = notes;
  }

  /** @throws {YamlSyntaxError} for what go-yaml's scanner refuses and the library does not */
  build(node: ParsedNode, inFlow = false, propertiesAt?: number): YamlNode {
    const at = this.#at(node.range[0]);
    const placed = { at, eventAt: propertiesAt === undefined ? at : this.#at(propertiesAt) };
    this.#checkName(isAlias(node) ? node.source : node.anchor, at);
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) throw new YamlSyntaxError(`unknown anchor '${node.source}' referenced`, at);
      return { ...placed, kind: "alias", name: node.source, target };
    }
    const built = this.#empty(node, placed, inFlow);
    // Before the children: an alias inside its own anchor is found, and refused when it is followed.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, built);
    if (isMap(node) && built.kind === "map") {
      const flow = inFlow || node.flow === true;
      for (const pair of node.items) built.pairs.push(this.#pair(pair as ParsedPair, flow));
    } else if (isSeq(node) && built.kind === "sequence") {
      const flow = inFlow || node.flow === true;
      for (const item of node.items) built.items.push(this.#item(item as ParsedNode, flow));
    }
    return built;
  }

  #at(offset: number): number {
    return this.#source.original(offset);
  }

  #checkName(name: string | undefined, at: number): void {
    if (name === undefined || /^[0-9A-Za-z_-]+$/.test(name)) return;
    throw new YamlSyntaxError("did not find expected alphabetic or numeric character", at);
  }

  #empty(
    node: ParsedNode,
    placed: { at: number; eventAt: number },
    inFlow: boolean,
  ): YamlScalarNode | YamlMapNode | YamlSequenceNode {
    if (isMap(node)) return { ...placed, kind: "map", pairs: [] };
    if (isSeq(node)) return { ...placed, kind: "sequence", items: [] };
    if (!isScalar(node)) throw new YamlSyntaxError("unknown kind of node", placed.at);
    const plain = node.type === Scalar.PLAIN;
    // The library gives text for every scalar under the failsafe schema, and null only for nothing at all.
    const value = typeof node.value === "string" ? this.#withMarks(node.value) : "";
    if (inFlow && plain && /^:|\?/.test(value)) {
      throw new YamlSyntaxError(`\`${value}\` must be quoted inside [] and {}`, placed.at);
    }
    if (node.type === Scalar.QUOTE_DOUBLE) {
      const fault = faultOfEscapes(this.#source.text.slice(node.range[0], node.range[1]));
      if (fault !== undefined) throw new YamlSyntaxError(fault, placed.at);
    }
    // The lone `!` makes a plain scalar text without naming a tag.
    const known = node.tag === "!" ? "" : (node.tag ?? "");
    const tag = this.#hasUnknownTag(node.range[0]) ? "unknown" : known;
    return { ...placed, kind: "scalar", value, tag, implicit: node.tag === undefined && plain };
  }

  #withMarks(value: string): string {
    return this.#notes.standIn === "" ? value : value.replaceAll(this.#notes.standIn, "\ufeff");
  }

  #hasUnknownTag(offset: number): boolean {
    return this.#notes.unknownTags.some((at) =>
      /^!!\S+\s+(?:&\S+\s+)?$/.test(this.#source.text.slice(at, offset)),
    );
  }

  #item(item: ParsedNode, inFlow: boolean): YamlNode {
    const pair = inFlow && isMap(item) && this.#char(item.range[0]) !== "{" ? item.items[0] : undefined;
    if (isPair(pair)) {
      const parsed = pair as ParsedPair;
      if (this.#isAttached(parsed, tokensOf(parsed))) return this.#withColon(parsed);
    }
    return this.build(item, inFlow);
  }

  #pair(pair: ParsedPair, inFlow: boolean): readonly [YamlNode, YamlNode] {
    const tokens = tokensOf(pair);
    if (inFlow) {
      if (this.#isAttached(pair, tokens)) return [this.#withColon(pair), this.#nothing(pair.key.range[1])];
    }
    this.#checkSimpleKey(pair, tokens);
    const key = this.build(pair.key, inFlow, propertiesAt(tokens.before));
    const value =
      pair.value === null
        ? this.#nothing(pair.key.range[1])
        : this.build(pair.value, inFlow, propertiesAt(tokens.between));
    return [key, value];
  }

  /** `{a:, b}`: no white space behind the colon, so it belongs to the text. */
  #isAttached(pair: ParsedPair, { colon }: PairTokens): boolean {
    const { key } = pair;
    if (colon === undefined || !isScalar(key) || key.type !== Scalar.PLAIN || key.source === "") return false;
    if (colon !== key.range[1] || !/[,[\]{}]/.test(this.#char(colon + 1))) return false;
    if (/[[{]/.test(this.#char(colon + 1))) {
      throw new YamlSyntaxError("white space is missing behind the colon", this.#at(colon));
    }
    return true;
  }

  #withColon(pair: ParsedPair): YamlNode {
    const key = this.build(pair.key, true);
    return key.kind === "scalar" ? { ...key, value: `${key.value}:` } : key;
  }

  #checkSimpleKey(pair: ParsedPair, { before, colon }: PairTokens): void {
    if (colon === undefined || before.some((token) => token.type === "explicit-key-ind")) return;
    const key = this.#source.text.slice(propertiesAt(before) ?? pair.key.range[0], colon);
    if (/[\n\u2028\u2029]/.test(key) || key.length > MAX_SIMPLE_KEY) {
      throw new YamlSyntaxError("a key and its colon must be on one line", this.#at(pair.key.range[0]));
    }
  }

  #nothing(offset: number): YamlScalarNode {
    const at = this.#at(offset);
    return { kind: "scalar", value: "", tag: "", implicit: true, at, eventAt: at };
  }

  #char(offset: number): string {
    return this.#source.text.charAt(offset);
  }
}

function tokensOf(pair: ParsedPair): PairTokens {
  const token = pair.srcToken;
  const between: readonly Token[] = token !== undefined && "sep" in token ? (token.sep ?? []) : [];
  const colon = between.find(({ type }) => type === "map-value-ind")?.offset;
  return { before: token?.start ?? [], between, colon };
}

function propertiesAt(tokens: readonly Token[]): number | undefined {
  return tokens.find(({ type }) => type === "anchor" || type === "tag")?.offset;
}
