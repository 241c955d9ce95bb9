/** Compares the JSON Schema of the `--identities` file with the plugins' decoder. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { acrFacts } from "@imagecred/acr/facts";
import { ecrFacts } from "@imagecred/ecr/facts";
import { gcrFacts } from "@imagecred/gcr/facts";
import { decodeIdentities } from "@imagecred/identity-map";
import { identitiesJsonSchema } from "@imagecred/identity-map/schema";
import { DOCS } from "@imagecred/workspace";
import { Ajv2020 } from "ajv/dist/2020.js";

const FILE = join(DOCS, "schemas/image-identities.schema.json");
const validate = new Ajv2020({ strict: true }).compile(identitiesJsonSchema());

test("the published schema is generated from the table of fields", () => {
  const text = `${JSON.stringify(identitiesJsonSchema(), null, 2)}\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(FILE, text);
  assert.deepEqual(
    JSON.parse(readFileSync(FILE, "utf8")),
    JSON.parse(text),
    "UPDATE_GOLDEN=1 writes it again",
  );
});

const HEAD = { apiVersion: "imagecred.dev/v1alpha1", kind: "ImageIdentities" };
const entry = (fields: object) => ({ ...HEAD, identities: [{ registries: ["r.io"], ...fields }] });

for (const [what, document, good] of [
  ["an entry with registries alone", entry({}), true],
  ["a chain of roles", entry({ aws: { roleChain: [{ roleArn: "x", externalId: "y" }] } }), true],
  ["all clouds", entry({ identity: "anonymous", aws: { roleArn: "x" }, azure: {}, google: {} }), true],
  [
    "a node's identity",
    entry({ aws: { node: { identity: "azure", audience: "api://x", roleArn: "y" } } }),
    true,
  ],
  ["a node without its identity", entry({ azure: { node: { audience: "api://x" } } }), false],
  ["a node's field of another cloud", entry({ google: { node: { identity: "aws", roleArn: "y" } } }), false],
  ["no apiVersion", { kind: "ImageIdentities", identities: [{ registries: ["r.io"] }] }, false],
  ["another version", { ...entry({}), apiVersion: "imagecred.dev/v1" }, false],
  ["another kind", { ...entry({}), kind: "Identities" }, false],
  ["no entries", { ...HEAD, identities: [] }, false],
  ["no registries", { ...HEAD, identities: [{ identity: "node" }] }, false],
  ["an empty list of registries", { ...HEAD, identities: [{ registries: [] }] }, false],
  ["an unknown field", entry({ aws: { role: "x" } }), false],
  ["an unknown word", entry({ identity: "nodes" }), false],
  ["a number", entry({ aws: { externalId: 42 } }), false],
  ["an empty text", entry({ aws: { profile: "" } }), false],
  ["a step without its role", entry({ aws: { roleChain: [{ externalId: "y" }] } }), false],
] as const) {
  test(`the schema and the decoder agree about ${what}`, () => {
    const { problems } = decodeIdentities(new TextEncoder().encode(JSON.stringify(document)));
    assert.equal(problems.length === 0, good, JSON.stringify(problems));
    assert.equal(validate(document), good, JSON.stringify(validate.errors));
  });
}

const PLUGIN_PARTS = [
  ["aws", ecrFacts],
  ["azure", acrFacts],
  ["google", gcrFacts],
] as const;

for (const [part, { flags }] of PLUGIN_PARTS) {
  test(`the node of ${part} has a field for each flag of --node-identity, and no other`, () => {
    const fieldOf = (flag: string) =>
      flag.slice("node-".length).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const ofFlags = Object.keys(flags).filter((name) => name.startsWith("node-"));
    const fields = decodedFields(part);
    assert.ok(fields.length > 6);
    assert.deepEqual(fields, ofFlags.map(fieldOf).toSorted());
  });
}

/** The schema's field names for the node in a cloud's part. */
function decodedFields(part: string): readonly string[] {
  const at = (schema: unknown, ...path: readonly string[]): unknown =>
    path.reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null
          ? Object.entries(value).find(([k]) => k === key)?.[1]
          : value,
      schema,
    );
  const entryOf = at(identitiesJsonSchema(), "properties", "identities", "items", "properties");
  return Object.keys(Object(at(entryOf, part, "properties", "node", "properties"))).toSorted();
}

test("the page describes every field", () => {
  const page = readFileSync(join(DOCS, "many-accounts.md"), "utf8");
  const namesIn = (schema: unknown): readonly string[] => {
    if (typeof schema !== "object" || schema === null) return [];
    return Object.entries(schema).flatMap(([key, value]) =>
      key === "properties" && typeof value === "object" && value !== null
        ? [...Object.keys(value), ...Object.values(value).flatMap(namesIn)]
        : namesIn(value),
    );
  };
  const names = new Set(namesIn(identitiesJsonSchema()));
  assert.ok(names.size > 20);
  for (const name of names) {
    if (["apiVersion", "kind", "identities"].includes(name)) assert.ok(page.includes(`${name}:`), name);
    else assert.ok(page.includes(`\`${name}\``), name);
  }
});
