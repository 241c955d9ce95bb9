import type { ConfigReading } from "@imagecred/kubelet";
import type { Change, TextEdit } from "../../edit/change.ts";
import { editsOf } from "../../edit/edits-of.ts";
import { positionAt } from "../../edit/text-edit.ts";
import { type YamlSource, yamlSource } from "../../edit/yaml-source.ts";
import type { Edit } from "./document.ts";

/** The edits of one file. */
export interface FileEdits {
  readonly file: string;
  readonly edits: readonly TextEdit[];
}

/** Turns changes of a configuration, which can have several files, into edits of its files. */
export interface ChangeLocator {
  /** undefined if one of the changes cannot be made. */
  locate(changes: readonly Change[]): FileEdits | undefined;
  /** The edits with lines and columns. */
  shown(edits: FileEdits): readonly Edit[];
}

export function changeLocator(reading: ConfigReading, texts: ReadonlyMap<string, string>): ChangeLocator {
  const sources = new Map<string, YamlSource>();
  const sourceOf = (file: string): YamlSource | undefined => {
    const known = sources.get(file);
    const text = texts.get(file);
    if (known !== undefined || text === undefined) return known;
    const source = yamlSource(text);
    sources.set(file, source);
    return source;
  };
  const ownPath = ownPaths(reading);
  return {
    locate(changes) {
      let file: string | undefined;
      const edits: TextEdit[] = [];
      for (const change of changes) {
        const own =
          typeof change.at === "string" ? ownPath(change.at) : { file: change.at.file, path: undefined };
        if (own === undefined || (file !== undefined && own.file !== file)) return undefined;
        file = own.file;
        const source = sourceOf(file);
        const found =
          source === undefined
            ? undefined
            : editsOf(source, own.path === undefined ? change : withPath(change, own.path));
        if (found === undefined) return undefined;
        edits.push(...found);
      }
      return file === undefined ? undefined : { file, edits };
    },
    shown({ file, edits }) {
      const source = sourceOf(file);
      if (source === undefined) return [];
      return edits.map(({ start, end, text }) => {
        const [from, to] = [start, end].map((offset) => positionAt(source.text, source.starts, offset));
        return {
          file,
          startLine: from?.line ?? 1,
          startColumn: from?.column ?? 1,
          endLine: to?.line ?? 1,
          endColumn: to?.column ?? 1,
          text,
        };
      });
    },
  };
}

function withPath(change: Change, at: string): Change {
  return change.kind === "text" ? change : { ...change, at };
}

/** Maps a path in the merged configuration to a file and the path in it: each file numbers its own providers. */
function ownPaths(
  reading: ConfigReading,
): (path: string) => { readonly file: string; readonly path: string } | undefined {
  const counts = new Map<string, number>();
  const origins = (reading.config?.providers ?? []).map((_, index) => {
    const file = reading.locate(`providers[${index}]`)?.file ?? "";
    const own = counts.get(file) ?? 0;
    counts.set(file, own + 1);
    return { file, own };
  });
  return (path) => {
    const [, index, rest = ""] = /^providers\[(\d+)\](.*)$/s.exec(path) ?? [];
    if (index === undefined) {
      const file = reading.files[0];
      return file === undefined ? undefined : { file, path };
    }
    const origin = origins[Number(index)];
    return origin === undefined ? undefined : { file: origin.file, path: `providers[${origin.own}]${rest}` };
  };
}
