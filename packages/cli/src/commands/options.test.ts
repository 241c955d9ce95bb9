import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommandDefinition } from "./definition.ts";
import { hasOptions, missingOption, optionKey } from "./options.ts";

const EXAMPLE = {
  name: "example",
  summary: "",
  description: "",
  argument: { name: "shell", about: "", required: true, choices: ["bash", "zsh"] },
  options: [
    { name: "dry-run", about: "" },
    { name: "checksums", value: "file", about: "" },
    { name: "no-checksums", about: "" },
    { name: "cloud", value: "list", about: "", repeated: true, required: true },
    { name: "output", value: "format", about: "", choices: ["human", "json"], default: "human" },
  ],
  examples: [],
} as const satisfies CommandDefinition;

test("hasOptions accepts options that fit the definition and no others", () => {
  const good = { shell: "zsh", cloud: ["aws"], output: "json", dryRun: true, checksums: false };
  assert.ok(hasOptions(EXAMPLE, good));
  // The types inferred from the definition: each of these lines has to type-check.
  const shell: "bash" | "zsh" = good.shell;
  const checksums: string | false | undefined = good.checksums;
  const cloud: readonly string[] = good.cloud;
  assert.deepEqual([shell, checksums, cloud], ["zsh", false, ["aws"]]);
  assert.ok(hasOptions(EXAMPLE, { ...good, checksums: "SHA256SUMS" }));
  for (const wrong of [
    { ...good, shell: "fish" },
    { ...good, shell: undefined },
    { ...good, cloud: "aws" },
    { ...good, cloud: undefined },
    { ...good, output: "yaml" },
    { ...good, dryRun: "yes" },
    { ...good, checksums: true },
    undefined,
  ]) {
    assert.ok(!hasOptions(EXAMPLE, wrong), JSON.stringify(wrong));
  }
});

test("property names of options, and the missing required option", () => {
  assert.deepEqual(["kubernetes-version", "no-checksums"].map(optionKey), ["kubernetesVersion", "checksums"]);
  assert.equal(missingOption(EXAMPLE, {})?.name, "cloud");
  assert.equal(missingOption(EXAMPLE, { cloud: [] }), undefined);
});
