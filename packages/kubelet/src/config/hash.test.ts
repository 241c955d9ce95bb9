import assert from "node:assert/strict";
import { test } from "node:test";
import { crypto } from "@imagecred/protocol/runtime";
import { configHash } from "./hash.ts";

test("files are hashed with their lengths, so that file boundaries matter", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  // printf '\0\0\0\0\0\0\0\2ab' | sha256sum
  assert.equal(
    configHash([bytes("ab")], crypto),
    "sha256:9caccc24b5d7e06c21c0277b6530d66664273e11f326515c58eaa3691afccfff",
  );
  assert.notEqual(configHash([bytes("a"), bytes("b")], crypto), configHash([bytes("ab")], crypto));
});
