/** One field of the file: how it is decoded, and what its JSON Schema says. */
export type Field = TextField | TextsField | GroupField | GroupsField;

interface Described {
  /** What the field means, for the schema and so for editors: one or more sentences. */
  readonly about: string;
  readonly required?: true;
  /** Names that people write instead of it, beside misspelt ones. */
  readonly instead?: readonly string[];
}

/** A text; never a number or a switch, which YAML makes of `0123` and `no`. */
export interface TextField extends Described {
  readonly kind: "text";
  /** The words that it may be; any text that is not empty without them. */
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

/** What a table of fields is decoded into. */
export type ValuesOf<Table extends Fields> = {
  readonly [Name in keyof Table as Table[Name] extends { readonly required: true } ? Name : never]: ValueOf<
    Table[Name]
  >;
} & {
  readonly [Name in keyof Table as Table[Name] extends { readonly required: true } ? never : Name]?: ValueOf<
    Table[Name]
  >;
};
