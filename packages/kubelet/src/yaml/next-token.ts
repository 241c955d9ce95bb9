/**
 * go-yaml stops behind the first document, but it has looked at the next token by then (scannerc.go): what cannot be
 * one is an error although nothing of it would be used.
 */
import { faultOfEscapes } from "./escapes.ts";

const BLOCK_HEADER = /^[|>](?:[+-]?[1-9]?|[1-9][+-])[ \t]*(?:#[^\n]*)?(?:\n|$)/;
const DIRECTIVE = /^%(?:YAML[ \t]+\d+\.\d+|TAG[ \t]+!\S*[ \t]+\S+)[ \t]*(?:#[^\n]*)?(?:\n|$)/;
const ANCHOR = /^[&*][0-9A-Za-z_-]+(?=[\s?:,\]}%@`]|$)/;

/** What is wrong with the token that starts at an offset, if it starts like none. */
export function faultOfNextToken(text: string, at: number): string | undefined {
  const rest = text.slice(at);
  const lineStart = at === 0 || text.charAt(at - 1) === "\n";
  const sameLine = text.slice(text.lastIndexOf("\n", at - 1) + 1, at).trim() !== "";
  switch (rest.charAt(0)) {
    case "%":
      return lineStart && DIRECTIVE.test(rest) ? undefined : "found character that cannot start any token";
    case "@":
    case "`":
    case "\t":
      return "found character that cannot start any token";
    case "|":
    case ">":
      return BLOCK_HEADER.test(rest) ? undefined : "did not find expected comment or line break";
    case "&":
    case "*":
      return ANCHOR.test(rest) ? undefined : "did not find expected alphabetic or numeric character";
    case "'":
      return /^'(?:[^']|'')*'/.test(rest) ? undefined : "found unexpected end of stream";
    case '"': {
      const quoted = /^"(?:[^"\\]|\\.)*"/s.exec(rest)?.[0];
      return quoted === undefined ? "found unexpected end of stream" : faultOfEscapes(quoted);
    }
    default:
      return sameLine && /^[-?:](?:\s|$)/.test(rest)
        ? "entries and keys are not allowed in this context"
        : undefined;
  }
}
