/** Directives, anchors and tags (go.yaml.in/yaml/v2 v2.4.4, scannerc.go). */
import { type ByteString, textOf } from "@imagecred/protocol/go";
import { isBlank, isBlankOrEnd, type YamlReader } from "./reader.ts";
import { skipRestOfLine } from "./scan-scalar.ts";
import { utf8Width } from "./text.ts";

/** A directive of either kind, or a tag: its handle with its prefix or suffix. */
export interface Handle {
  /** `!`, `!!`, `!name!`; empty for a tag that is written in full. */
  readonly handle: string;
  readonly rest: string;
}

/** `%YAML` or `%TAG`. */
export type Directive =
  | { readonly type: "version-directive"; readonly version: string }
  | ({ readonly type: "tag-directive" } & Handle);

const isWord = (char: string) => /^[0-9A-Za-z_-]$/.test(char);
const isDigit = (char: string) => char >= "0" && char <= "9";
const isUri = (char: string) => isWord(char) || ";/?:@&=+$,.!~*'()[]%".includes(char);

/**
 * Reads a directive's line, from its `%` on.
 *
 * @throws {YamlSyntaxError}
 */
export function scanDirective(reader: YamlReader): Directive {
  reader.take();
  const name = reader.takeWhile(isWord);
  if (name === "") throw reader.fault("could not find expected directive name");
  if (!isBlankOrEnd(reader.peek())) throw reader.fault("found unexpected non-alphabetical character");
  if (name !== "YAML" && name !== "TAG") throw reader.fault("found unknown directive name");
  reader.takeWhile(isBlank);
  const directive: Directive =
    name === "YAML"
      ? { type: "version-directive", version: scanVersion(reader) }
      : { type: "tag-directive", ...scanTagDirective(reader) };
  skipRestOfLine(reader);
  return directive;
}

function scanVersion(reader: YamlReader): string {
  const major = scanVersionNumber(reader);
  if (reader.peek() !== ".") throw reader.fault("did not find expected digit or '.' character");
  reader.take();
  return `${major}.${scanVersionNumber(reader)}`;
}

function scanVersionNumber(reader: YamlReader): number {
  let digits = "";
  reader.ensure(1);
  while (isDigit(reader.peek())) {
    if (digits.length === 2) throw reader.fault("found extremely long version number");
    digits += reader.take();
    reader.ensure(1);
  }
  if (digits === "") throw reader.fault("did not find expected version number");
  return Number(digits);
}

function scanTagDirective(reader: YamlReader): Handle {
  const handle = scanHandle(reader);
  if (handle !== "!" && !handle.endsWith("!")) throw reader.fault("did not find expected '!'");
  reader.ensure(1);
  if (!isBlank(reader.peek())) throw reader.fault("did not find expected whitespace");
  reader.takeWhile(isBlank);
  const rest = scanUri(reader);
  if (rest === "") throw reader.fault("did not find expected tag URI");
  reader.ensure(1);
  if (!isBlankOrEnd(reader.peek())) throw reader.fault("did not find expected whitespace or line break");
  return { handle, rest };
}

/**
 * Reads the name of an anchor or alias, from its `&` or `*` on.
 *
 * @throws {YamlSyntaxError}
 */
export function scanAnchor(reader: YamlReader): string {
  reader.take();
  const name = reader.takeWhile(isWord);
  if (name === "" || !(isBlankOrEnd(reader.peek()) || "?:,]}%@`".includes(reader.peek()))) {
    throw reader.fault("did not find expected alphabetic or numeric character");
  }
  return name;
}

/**
 * Reads a tag, from its `!` on.
 *
 * @throws {YamlSyntaxError}
 */
export function scanTag(reader: YamlReader): Handle {
  reader.ensure(2);
  const tag = reader.peek(1) === "<" ? scanFullTag(reader) : scanShortTag(reader);
  reader.ensure(1);
  if (!isBlankOrEnd(reader.peek())) throw reader.fault("did not find expected whitespace or line break");
  return tag;
}

function scanFullTag(reader: YamlReader): Handle {
  reader.take();
  reader.take();
  const rest = scanUri(reader);
  if (rest === "") throw reader.fault("did not find expected tag URI");
  if (reader.peek() !== ">") throw reader.fault("did not find the expected '>'");
  reader.take();
  return { handle: "", rest };
}

function scanShortTag(reader: YamlReader): Handle {
  const handle = scanHandle(reader);
  const isHandle = handle.length > 1 && handle.endsWith("!");
  const rest = (isHandle ? "" : handle.slice(1)) + scanUri(reader);
  if (isHandle && rest === "") throw reader.fault("did not find expected tag URI");
  if (isHandle) return { handle, rest };
  // A `!` on its own is a tag without a handle.
  return rest === "" ? { handle: "", rest: "!" } : { handle: "!", rest };
}

/** `!`, or `!name` with the `!` that may follow. */
function scanHandle(reader: YamlReader): string {
  reader.ensure(1);
  if (reader.peek() !== "!") throw reader.fault("did not find expected '!'");
  const handle = reader.take() + reader.takeWhile(isWord);
  return reader.peek() === "!" ? handle + reader.take() : handle;
}

function scanUri(reader: YamlReader): string {
  let uri = "";
  reader.ensure(1);
  while (isUri(reader.peek())) {
    uri += reader.peek() === "%" ? scanUriEscape(reader) : reader.take();
    reader.ensure(1);
  }
  return uri;
}

/** One character, each of its bytes as `%` and two hexadecimal digits. */
function scanUriEscape(reader: YamlReader): string {
  let bytes = "";
  let width = 1;
  while (bytes.length < width) {
    reader.ensure(3);
    const digits = /^%([0-9A-Fa-f]{2})$/.exec(reader.peek() + reader.peek(1) + reader.peek(2))?.[1];
    if (digits === undefined) throw reader.fault("did not find URI escaped octet");
    const byte = Number.parseInt(digits, 16);
    if (bytes === "") {
      width = utf8Width(byte);
      if (width === 0) throw reader.fault("found an incorrect leading UTF-8 octet");
    } else if ((byte & 0xc0) !== 0x80) throw reader.fault("found an incorrect trailing UTF-8 octet");
    bytes += String.fromCharCode(byte);
    for (let char = 0; char < 3; char++) reader.take();
  }
  return textOf(bytes as ByteString);
}
