/**
 * A configuration file's bytes as a tree, JSON or YAML, chosen as apimachinery's recognizer does: what starts with `{`
 * behind white space is JSON, everything else is YAML.
 */

import { JsonSyntaxError, parseGoJson } from "../decode/json.ts";
import type { DataNode } from "../decode/tree.ts";
import { type ByteString, bytesFrom, decodeRune, isSpace } from "../go/bytes.ts";
import { type DuplicateKey, decodeYaml } from "../yaml/decode.ts";
import { YamlValueError } from "../yaml/scalar.ts";
import { YamlSyntaxError } from "../yaml/syntax-tree.ts";
import { decodeYamlText } from "../yaml/text.ts";
import { parseYaml } from "../yaml/tree.ts";

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
  /** The line that go-yaml counts, which has more kinds of line breaks than editors have. */
  readonly yamlLine: (at: number) => number;
}

/** What a document is not. */
export type DocumentFault = "json-syntax" | "yaml-syntax" | "yaml-value";

/** A file that is neither JSON nor YAML, or YAML that has no meaning in JSON. */
export class DocumentError extends Error {
  override name = "DocumentError";
  readonly fault: DocumentFault;
  readonly position: LineColumn;
  /** True when the text comes from the YAML library: Go's has other words for the same fault. */
  readonly libraryText: boolean;
  constructor(fault: DocumentFault, message: string, position: LineColumn, libraryText: boolean) {
    super(message);
    this.fault = fault;
    this.position = position;
    this.libraryText = libraryText;
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
  const locate = (at: number) => positionIn(bytes, at, (line) => line.replace(/[\x80-\xbf]/g, "").length);
  try {
    return {
      format: "json",
      root: parseGoJson(bytes),
      duplicates: [],
      locate,
      yamlLine: (at) => locate(at).line,
    };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const message = `couldn't get version/kind; json parse error: ${error.message}`;
    throw new DocumentError("json-syntax", message, locate(error.offset), false);
  }
}

function readYaml(data: Uint8Array): DataDocument {
  const decoded = decodeYamlText(data);
  const locate = (at: number) => positionIn(decoded.text, at, (line) => [...line].length);
  const yamlLine = (at: number) => decoded.text.slice(0, at).split(/\r\n|[\n\r\u0085\u2028\u2029]/).length;
  if (decoded.error !== undefined)
    throw new DocumentError("yaml-syntax", `yaml: ${decoded.error}`, locate(decoded.text.length), true);
  try {
    return { format: "yaml", ...decodeYaml(parseYaml(decoded.text)), locate, yamlLine };
  } catch (error) {
    if (error instanceof YamlSyntaxError) {
      const position = locate(error.offset);
      throw new DocumentError("yaml-syntax", `yaml: line ${position.line}: ${error.message}`, position, true);
    }
    if (error instanceof YamlValueError) {
      // Go prints the unusable key together with its value, in Go syntax.
      throw new DocumentError(
        "yaml-value",
        error.message,
        locate(error.offset ?? 0),
        / map key/.test(error.message),
      );
    }
    // The library recurses; go-yaml has a limit of its own, at 10000 levels.
    if (error instanceof RangeError) {
      throw new DocumentError("yaml-syntax", "yaml: exceeded max depth", { line: 1, column: 1 }, true);
    }
    throw error;
  }
}

function positionIn(text: string, at: number, width: (line: string) => number): LineColumn {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return { line, column: width(before.slice(before.lastIndexOf("\n") + 1)) + 1 };
}
