import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";

/** The SARIF SDK's schema, which is draft 4, with the two keywords that draft 7 has renamed. */
export function sarifValidator(): ValidateFunction {
  const require = createRequire(import.meta.url);
  const directory = dirname(require.resolve("@microsoft/jest-sarif"));
  const text = readFileSync(join(directory, "schemas/sarif-2.1.0-rtm.5.json"), "utf8");
  const { id, $schema, ...schema } = JSON.parse(text) as Record<string, unknown>;
  assert.match(`${id} ${$schema}`, /sarif-2\.1\.0-rtm\.5\.json http:\/\/json-schema\.org\/draft-04/);
  return new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
}
