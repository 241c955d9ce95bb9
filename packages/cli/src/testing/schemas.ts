import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DOCS } from "@imagecred/workspace";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

const DIRECTORY = join(DOCS, "schemas");

/** Schemas of files that the tool reads, not of its output. */
const NOT_OURS = ["credential-provider-config.schema.json", "image-identities.schema.json"];

const validators = new Map<string, ValidateFunction>(
  readdirSync(DIRECTORY)
    .filter((file) => !NOT_OURS.includes(file))
    .map((file) => {
      const schema = JSON.parse(readFileSync(join(DIRECTORY, file), "utf8")) as Record<string, unknown>;
      const properties = schema["properties"] as Record<string, { const?: string }>;
      const kind = properties["kind"]?.const ?? "";
      return [kind, new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)];
    }),
);

/** Kinds that have a documented schema. */
export const SCHEMA_KINDS: readonly string[] = [...validators.keys()].sort();

/** Parses the output of `--output json` and validates it with the documented schema of its kind. @throws if it is invalid */
export function checkedDocument(text: string): Record<string, unknown> {
  const document = JSON.parse(text) as Record<string, unknown>;
  const validate = validators.get(String(document["kind"]));
  if (validate === undefined)
    throw new Error(`no schema in docs/schemas has the kind ${String(document["kind"])}`);
  if (!validate(document)) {
    const problems = (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
    throw new Error(`${String(document["kind"])}: ${problems.join("; ")}\n${text}`);
  }
  return document;
}
