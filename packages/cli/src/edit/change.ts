/** A value that can be written into a configuration. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/** A position in a file: line and column count from 1, columns in characters. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A path within one file of a configuration that may have several. */
export interface FilePath {
  readonly file: string;
  readonly path: string;
}

/** The target of a change: a path such as `providers[0].matchImages[2]`, or the position where a key or value begins. */
export type Target = string | Place | FilePath;

/** A change of a configuration, independent of how its file is formatted. */
export type Change =
  | { readonly kind: "replace"; readonly at: Target; readonly value: Value }
  /** Replaces a list item by several. */
  | { readonly kind: "replace-item"; readonly at: string; readonly values: readonly Value[] }
  /** Removes a list item, or a field with its value. */
  | { readonly kind: "remove"; readonly at: Target }
  /** Adds a field to the object at the path, or sets a new value of an existing field. */
  | { readonly kind: "set"; readonly at: string | FilePath; readonly key: string; readonly value: Value }
  | { readonly kind: "append"; readonly at: string; readonly value: Value }
  /** Renames a field. */
  | { readonly kind: "rename"; readonly at: Target; readonly key: string }
  /** Replaces characters at a position, for files that cannot be parsed. */
  | { readonly kind: "text"; readonly at: Place; readonly length: number; readonly text: string };

/** A replacement of a part of a file's text. Offsets count UTF-16 code units, as JavaScript's strings do. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
