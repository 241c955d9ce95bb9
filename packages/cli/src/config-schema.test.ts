/** Compares the JSON Schema for editors with the real kubelet's results for recorded configurations. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { configJsonSchema } from "@imagecred/kubelet";
import { DOCS, ROOT } from "@imagecred/workspace";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";

const FILE = join(DOCS, "schemas/credential-provider-config.schema.json");
const RECORDED = join(ROOT, "packages/kubelet/testdata/config.json");

const validate = new Ajv2020({ strict: true }).compile(configJsonSchema());

interface Recorded {
  readonly in: {
    readonly name: string;
    readonly files: readonly { readonly data: string }[];
    readonly version?: string;
    readonly saTokens?: boolean;
  };
  readonly out: {
    readonly readError: string | null;
    readonly validationErrors: readonly string[] | null;
  };
}

function recorded(): readonly Recorded[] {
  const { cases } = JSON.parse(readFileSync(RECORDED, "utf8")) as { readonly cases: readonly Recorded[] };
  return cases.filter(({ in: { files } }) => files.length === 1);
}

function documentOf({ in: { files } }: Recorded): unknown {
  try {
    return JSON.parse(
      JSON.stringify(parse(files[0]?.data ?? "", { version: "1.1", uniqueKeys: false, logLevel: "silent" })),
    );
  } catch {
    return undefined;
  }
}

test("the published schema is generated from the types", () => {
  const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(FILE, text);
  assert.deepEqual(JSON.parse(readFileSync(FILE, "utf8")), JSON.parse(text), "UPDATE_GOLDEN=1 rewrites it");
});

test("files that the kubelet accepts are valid: editors do not mark them", () => {
  let tried = 0;
  for (const one of recorded()) {
    const { readError, validationErrors } = one.out;
    const document = documentOf(one) as { apiVersion?: string } | undefined;
    // The schema is for v1; the kubelet also accepts older versions, and null for a list, which is not used in practice.
    if (
      readError !== null ||
      (validationErrors ?? []).length > 0 ||
      document?.apiVersion !== "kubelet.config.k8s.io/v1"
    )
      continue;
    if (/: null\b|: ~/.test(one.in.files[0]?.data ?? "")) continue;
    tried++;
    assert.ok(
      validate(document),
      `${one.in.name}: ${JSON.stringify(validate.errors)}\n${one.in.files[0]?.data}`,
    );
  }
  assert.ok(tried > 10, `${tried}`);
});

test("files that the kubelet rejects because of a field's name, type or value are invalid", () => {
  let tried = 0;
  for (const one of recorded()) {
    const { readError, validationErrors } = one.out;
    const document = documentOf(one);
    // Rules that a schema cannot express: URLs, keys in both lists, feature gates, duplicate names, forms of keys.
    const beyond =
      /match image is invalid|Duplicate value|feature gate|cannot be both|already set in map|duplicate field|invalid duration "9|no configuration files|second document|wrong Kind|annotation|AnnotationKeys|only supported for|Invalid value: "-/;
    const errors = [readError ?? "", ...(validationErrors ?? [])].filter(
      (text) => text !== "" && !beyond.test(text),
    );
    if (errors.length === 0 || document === undefined) continue;
    tried++;
    assert.ok(!validate(document), `${one.in.name}: ${errors.join("; ")}\n${one.in.files[0]?.data}`);
  }
  assert.ok(tried > 10, `${tried}`);
});
