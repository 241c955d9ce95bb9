/**
 * YAML text into nodes, by the npm library `yaml`; what the values mean is decided elsewhere. Everything that depends
 * on which library parses is in this file and in the builder.
 */
import {
  Composer,
  type Document,
  isCollection,
  isScalar,
  type ParsedNode,
  Parser,
  Scalar,
  visit,
} from "yaml";
import { faultOfNextToken } from "./next-token.ts";
import { faultOfEmptyStream, faultOfStart, type PrologueFault } from "./prologue.ts";
import { RepairedText } from "./repair.ts";
import { type YamlNode, YamlSyntaxError } from "./syntax-tree.ts";
import { faultOfTabs } from "./tabs.ts";
import { TreeBuilder } from "./tree-builder.ts";

/**
 * The first document's root; undefined when there is none. Like go-yaml, what is behind the first document is not
 * looked at.
 *
 * @throws {YamlSyntaxError}
 */
export function parseYaml(text: string): YamlNode | undefined {
  // YAML 1.1 also breaks lines at these, the library does not, and a replacement of one unit keeps offsets. The line
  // and paragraph separators break lines too, but remain in the text: they are left alone.
  const lines = withoutSecondMark(text.replace(/\r(?!\n)|\u0085/g, "\n"));
  // go-yaml takes a byte order mark that is not the first character for a letter, the library skips it.
  const standIn = lines.includes("\ufeff") ? unusedCharacter(lines) : "";
  let source = new RepairedText(lines.replaceAll("\ufeff", standIn));
  refuse(faultOfStart(source.text));
  for (;;) {
    const document = firstDocument(source.text);
    if (document === undefined) {
      refuse(faultOfEmptyStream(source.text));
      return undefined;
    }
    const root = document.contents as ParsedNode | null;
    const end = endOfRoot(root, document, source.text);
    const unknownTags = document.errors
      .filter((error) => isUnknownTag(error, source.text))
      .map(({ pos }) => pos[0]);
    const fault = document.errors.find(({ pos }) => pos[0] < end && !unknownTags.includes(pos[0]));
    if (fault === undefined) {
      refuseTab(source, end);
      refuseNextToken(source, end);
      return root === null ? undefined : new TreeBuilder(source, { unknownTags, standIn }).build(root);
    }
    const repaired = source.repaired(
      fault.code,
      fault.message,
      fault.pos[0],
      lastFlowStart(root, fault.pos[0]),
    );
    if (repaired === undefined) throw new YamlSyntaxError(fault.message, source.original(fault.pos[0]));
    source = repaired;
  }
}

/**
 * With a second byte order mark behind the first, go-yaml skips the first character of every line, be it a line break: its
 * is_bom (yamlprivateh.go) looks at the start of its buffer, not at the line.
 */
function withoutSecondMark(text: string): string {
  return text.startsWith("\ufeff") ? ` ${text.slice(1).replace(/\n./gs, "\n ")}` : text;
}

function unusedCharacter(text: string): string {
  let code = 0xe000;
  while (text.includes(String.fromCharCode(code))) code++;
  return String.fromCharCode(code);
}

/** Such as `!!!str`: the library does not know it, and to go-yaml it says that a scalar is text. */
function isUnknownTag({ code, pos }: { code: string; pos: [number, number] }, text: string): boolean {
  return code === "TAG_RESOLVE_FAILED" && /^!![!0-9A-Za-z_.~*'()-]+\s/.test(text.slice(pos[0]));
}

function refuse(fault: PrologueFault | undefined): void {
  if (fault !== undefined) throw new YamlSyntaxError(fault.message, fault.offset);
}

function refuseTab(source: RepairedText, end: number): void {
  const tab = faultOfTabs(source.text);
  if (tab === undefined || tab >= end) return;
  throw new YamlSyntaxError("found character that cannot start any token", source.original(tab));
}

function refuseNextToken(source: RepairedText, end: number): void {
  const fault = Number.isFinite(end) ? faultOfNextToken(source.text, end) : undefined;
  if (fault !== undefined) throw new YamlSyntaxError(fault, source.original(end));
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

/**
 * Where the first document ends for go-yaml when something follows its root: at once behind a flow collection or a
 * scalar, at the first line that is indented less behind a block collection. The kubelet takes the document up to
 * there; the library reports what follows as an error.
 */
function endOfRoot(root: ParsedNode | null, document: Document.Parsed, text: string): number {
  if (root === null || isNothing(root)) return Number.POSITIVE_INFINITY;
  const behind = document.errors.find(
    ({ code, pos }) => code === "UNEXPECTED_TOKEN" && pos[0] >= root.range[1],
  );
  if (behind === undefined) return Number.POSITIVE_INFINITY;
  // A flow collection goes on whatever the line's indentation is: nothing ends before it does.
  if (document.errors.some(({ code, pos }) => code === "BAD_INDENT" && pos[0] >= root.range[1])) {
    return Number.POSITIVE_INFINITY;
  }
  const block = isCollection(root) && root.flow !== true;
  const dedented = columnOf(text, behind.pos[0]) < columnOf(text, root.range[0]);
  return !block || dedented ? behind.pos[0] : Number.POSITIVE_INFINITY;
}

/** Where the last flow collection before a position starts. */
function lastFlowStart(root: ParsedNode | null, before: number): number {
  let last = -1;
  visit(root, {
    Collection(_, node) {
      const start = node.range?.[0] ?? -1;
      if (node.flow === true && start < before) last = Math.max(last, start);
    },
  });
  return last;
}

/** Not even a tag: what follows is where a node should be. */
function isNothing(root: ParsedNode): boolean {
  return isScalar(root) && root.source === "" && root.type === Scalar.PLAIN && root.tag === undefined;
}

function columnOf(text: string, at: number): number {
  return at - (text.lastIndexOf("\n", at - 1) + 1);
}
