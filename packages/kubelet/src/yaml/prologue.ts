/**
 * The start of a YAML stream as go-yaml reads it (scannerc.go, parserc.go): directives it knows, and nothing but
 * spaces, line breaks and comments where there is no document. The library lets more pass.
 */

/** A fault before the first node, at an offset. */
export interface PrologueFault {
  readonly message: string;
  readonly offset: number;
}

const BLANK_LINES = /(?:[ ]*(?:#[^\n]*)?\r?\n)*/y;
const DIRECTIVE =
  /%(?:YAML[ \t]+1\.1|TAG[ \t]+!(?:[0-9A-Za-z_-]*!)?[ \t]+[^\s#]+)[ \t]*(?:#[^\n]*)?(?:\n|$)/y;

/** Looks at what stands in front of the first document. */
export function faultOfStart(text: string): PrologueFault | undefined {
  const start = text.startsWith("\ufeff") ? 1 : 0;
  let at = behind(BLANK_LINES, text, start);
  if (/^\.\.\.(?:\s|$)/.test(text.slice(at)))
    return { message: "did not find expected node content", offset: at };
  if (text.charAt(at) !== "%") return undefined;
  while (text.charAt(at) === "%") {
    const next = behind(DIRECTIVE, text, at);
    if (next === at) return { message: "found unknown directive, or a version other than 1.1", offset: at };
    at = behind(BLANK_LINES, text, next);
  }
  return /^---(?:\s|$)/.test(text.slice(at))
    ? undefined
    : { message: "did not find expected <document start>", offset: at };
}

/** Looks at a stream in which no document was found. */
export function faultOfEmptyStream(text: string): PrologueFault | undefined {
  const at = behind(BLANK_LINES, text, text.startsWith("\ufeff") ? 1 : 0);
  if (/^[ ]*(?:#[^\n]*)?$/.test(text.slice(at))) return undefined;
  return { message: "did not find expected node content", offset: at };
}

/** The offset behind what a sticky pattern matches. */
function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
