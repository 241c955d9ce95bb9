import assert from "node:assert/strict";
import type { ValidateDocument } from "../commands/validate/document.ts";
import type { Bench } from "./run.ts";
import { checkedDocument } from "./schemas.ts";

/** Asserts that `validate` finds nothing in a configuration and the identity map that it names. */
export async function assertAcceptedWithMap(
  place: Bench,
  file: string,
  ...args: readonly string[]
): Promise<void> {
  const { stdout } = await place.run(["validate", file, "-o", "json", ...args]);
  const { configs } = checkedDocument(stdout) as unknown as ValidateDocument;
  assert.deepEqual(
    configs[0]?.findings.map(({ message }) => message),
    [],
  );
  assert.equal(configs[0]?.identityMaps.length, 1);
}
