/** A JSON Schema of the file for editors, from the same table as the decoder. */
import type { Field, Fields } from "./field.ts";
import { FILE, KIND } from "./fields.ts";

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of the file's only version. */
export function identitiesJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: KIND,
    description:
      "The identity map of imagecred's plugins (--identities): the identity to use for each registry.",
    ...objectOf(FILE),
  };
}

function objectOf(fields: Fields): JsonSchema {
  const entries = Object.entries(fields);
  const required = entries.filter(([, field]) => field.required === true).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, field]) => [name, schemaOf(field)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function schemaOf(field: Field): JsonSchema {
  const { about: description } = field;
  switch (field.kind) {
    case "text": {
      const { words, examples } = field;
      const [only, ...others] = words ?? [];
      return {
        description,
        ...(only === undefined
          ? { type: "string", minLength: 1 }
          : others.length === 0
            ? { const: only }
            : { enum: words }),
        ...(examples === undefined ? {} : { examples }),
      };
    }
    case "texts":
      return {
        description,
        type: "array",
        minItems: 1,
        items: { type: "string", minLength: 1 },
        ...(field.examples === undefined ? {} : { examples: field.examples }),
      };
    case "group":
      return { description, ...objectOf(field.fields) };
    case "groups":
      return { description, type: "array", minItems: 1, items: objectOf(field.fields) };
  }
}
