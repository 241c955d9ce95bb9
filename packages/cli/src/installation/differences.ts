import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { FileState } from "./file-state.ts";

/** One version of a file: its state and its content. */
export interface Version {
  readonly state: FileState;
  readonly data: Uint8Array;
}

const CONTEXT_LINES = 3;
/** Longer files are compared by checksum. */
const LARGEST_TEXT_BYTES = 1 << 20;

/**
 * The change of a file as a unified diff of text, checksums of other content, and changes of mode and owner. Ends with a
 * line end; empty if nothing changes.
 * @param options.content whether text is compared line by line; false for executables, compared by checksum
 */
export function differences(
  path: string,
  before: Version | undefined,
  after: Version | undefined,
  { content }: { readonly content: boolean },
): string {
  const [old, fresh] = [textOf(before), textOf(after)];
  const asText = content && old !== undefined && fresh !== undefined;
  const lines = asText ? unified(path, before, after, old, fresh) : checksums(path, before, after);
  return `${lines}${attributes(path, before, after)}`;
}

function unified(
  path: string,
  before: Version | undefined,
  after: Version | undefined,
  old: string,
  fresh: string,
): string {
  if (before?.state.sha256 === after?.state.sha256) return "";
  const name = (version: Version | undefined) => (version === undefined ? "/dev/null" : path);
  return createTwoFilesPatch(name(before), name(after), old, fresh, undefined, undefined, {
    context: CONTEXT_LINES,
    headerOptions: FILE_HEADERS_ONLY,
  });
}

function checksums(path: string, before: Version | undefined, after: Version | undefined): string {
  const [old, fresh] = [before?.state.sha256, after?.state.sha256];
  if (old === fresh) return "";
  return `--- ${path}\n-SHA-256 ${old ?? "(no file)"}\n+SHA-256 ${fresh ?? "(no file)"}\n`;
}

function attributes(path: string, before: Version | undefined, after: Version | undefined): string {
  if (before === undefined || after === undefined) return "";
  const [old, fresh] = [before.state, after.state];
  const mode = old.mode === fresh.mode ? "" : `mode of ${path}: ${old.mode} -> ${fresh.mode}\n`;
  const same = old.uid === fresh.uid && old.gid === fresh.gid;
  const owner = same ? "" : `owner of ${path}: ${old.uid}:${old.gid} -> ${fresh.uid}:${fresh.gid}\n`;
  return `${mode}${owner}`;
}

/** undefined for content that is not text, or too long. */
function textOf(version: Version | undefined): string | undefined {
  if (version === undefined) return "";
  if (version.data.length > LARGEST_TEXT_BYTES || version.data.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(version.data);
  } catch {
    return undefined;
  }
}
