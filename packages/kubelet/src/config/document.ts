/**
 * A configuration file's bytes as a tree, JSON or YAML, chosen as apimachinery's recognizer does: what starts with `{`
 * behind white space is JSON, everything else is YAML.
 */

import { type ByteString, bytesFrom, decodeRune, isSpace } from "@imagecred/protocol/go";
import { JsonSyntaxError, parseGoJson } from "../decode/json.ts";
import type { DataNode } from "../decode/tree.ts";
import { type DuplicateKey, decodeYaml } from "../yaml/decode.ts";
import { parseYaml } from "../yaml/parser.ts";
import { YamlReader } from "../yaml/reader.ts";
import { YamlValueError } from "../yaml/scalar.ts";
import { YamlScanner } from "../yaml/scanner.ts";
import { YamlSyntaxError } from "../yaml/syntax-tree.ts";
import { decodeYamlText } from "../yaml/text.ts";

/** A line and a column, both counted from 1; a column counts characters. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** A file that could be read. */
export interface DataDocument {
  readonly format: "json" | "yaml";
  readonly root: DataNode;
  /** Keys set twice in YAML; JSON's are found while decoding. */
  readonly duplicates: readonly DuplicateKey[];
  /** Turns a node's `at` into a position. */
  readonly locate: (at: number) => LineColumn;
}

/** Why a document cannot be read. */
export type DocumentFault = "json-syntax" | "yaml-syntax" | "yaml-value";

/** A file that is neither JSON nor YAML, or YAML that has no meaning in JSON. */
export class DocumentError extends Error {
  override name = "DocumentError";
  readonly fault: DocumentFault;
  readonly position: LineColumn;
  /** Whether `message` is the kubelet's text. */
  readonly kubeletText: boolean;
  constructor(fault: DocumentFault, message: string, position: LineColumn, kubeletText = true) {
    super(message);
    this.fault = fault;
    this.position = position;
    this.kubeletText = kubeletText;
  }
}

/**
 * Reads a file's bytes.
 *
 * @throws {DocumentError} with the text that the kubelet shows, as far as it can be the same
 */
export function parseDocument(data: Uint8Array): DataDocument {
  const bytes = bytesFrom(data);
  return looksLikeJson(bytes) ? readJson(bytes) : readYaml(data);
}

function looksLikeJson(bytes: ByteString): boolean {
  for (let at = 0; at < bytes.length; ) {
    const { rune, width } = decodeRune(bytes, at);
    if (!isSpace(rune)) return rune === 0x7b;
    at += width;
  }
  return false;
}

function readJson(bytes: ByteString): DataDocument {
  const locate = locator(bytes, (line) => line.replace(/[\x80-\xbf]/g, "").length);
  try {
    return { format: "json", root: parseGoJson(bytes), duplicates: [], locate };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const message = `couldn't get version/kind; json parse error: ${error.message}`;
    throw new DocumentError("json-syntax", message, locate(error.offset));
  }
}

function readYaml(data: Uint8Array): DataDocument {
  const decoded = decodeYamlText(data);
  const locate = locator(decoded.text, (line) => [...line].length);
  try {
    const root = parseYaml(new YamlScanner(new YamlReader(decoded)));
    return { format: "yaml", ...decodeYaml(root), locate };
  } catch (error) {
    if (error instanceof YamlSyntaxError) {
      throw new DocumentError("yaml-syntax", `yaml: ${error.message}`, locate(error.offset));
    }
    if (error instanceof YamlValueError) {
      throw new DocumentError("yaml-value", error.message, locate(error.offset ?? 0));
    }
    // Reading recurses, as go-yaml does, whose stack can be deeper.
    if (error instanceof RangeError) {
      throw new DocumentError("yaml-syntax", "yaml: exceeded max depth", { line: 1, column: 1 }, false);
    }
    throw error;
  }
}

/** Turns offsets into positions: lines are those of editors. */
function locator(text: string, width: (line: string) => number): (at: number) => LineColumn {
  let starts: number[] | undefined;
  return (at) => {
    starts ??= [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    // The last line that starts at or before the offset.
    let line = 0;
    for (let step = 2 ** 31; step >= 1; step /= 2) {
      if ((starts[line + step] ?? Number.POSITIVE_INFINITY) <= at) line += step;
    }
    return { line: line + 1, column: width(text.slice(starts[line], at)) + 1 };
  };
}
