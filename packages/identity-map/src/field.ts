/** One field of the file: how it is decoded, and its JSON Schema. */
export type Field = TextField | TextsField | GroupField | GroupsField;

interface Described {
  /** The field's meaning, for the schema and so for editors: one or more sentences. */
  readonly about: string;
  readonly required?: true;
  /** Other names that people write for it, besides misspelt ones. */
  readonly wrongNames?: readonly string[];
}

/** A text; never a number or a boolean, which `0123` and `no` are in YAML. */
export interface TextField extends Described {
  readonly kind: "text";
  /** The allowed values; default any text that is not empty. */
  readonly words?: readonly string[];
  readonly examples?: readonly string[];
}

/** A list of texts, at least one. */
export interface TextsField extends Described {
  readonly kind: "texts";
  readonly examples?: readonly (readonly string[])[];
}

/** A group of fields. */
export interface GroupField extends Described {
  readonly kind: "group";
  readonly fields: Fields;
}

/** A list of groups, at least one. */
export interface GroupsField extends Described {
  readonly kind: "groups";
  readonly fields: Fields;
}

/** Fields by their names. */
export type Fields = Readonly<Record<string, Field>>;

type ValueOf<One extends Field> = One extends { readonly words: readonly (infer Word extends string)[] }
  ? Word
  : One extends { readonly kind: "text" }
    ? string
    : One extends { readonly kind: "texts" }
      ? readonly string[]
      : One extends { readonly kind: "group"; readonly fields: infer Inner extends Fields }
        ? ValuesOf<Inner>
        : One extends { readonly kind: "groups"; readonly fields: infer Inner extends Fields }
          ? readonly ValuesOf<Inner>[]
          : never;

/** The decoded values of a table of fields. */
export type ValuesOf<Table extends Fields> = {
  readonly [Name in keyof Table as Table[Name] extends { readonly required: true } ? Name : never]: ValueOf<
    Table[Name]
  >;
} & {
  readonly [Name in keyof Table as Table[Name] extends { readonly required: true } ? never : Name]?: ValueOf<
    Table[Name]
  >;
};
