import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CredentialError } from "../errors.ts";
import { captureLogger } from "../testing/capture-logger.ts";
import { findIdentity, type IdentitySource } from "./chain.ts";
import { parseIdentityPolicy } from "./policy.ts";

const absent = (name: string): IdentitySource<string> => ({
  name,
  find: async () => ({ unavailable: "not set" }),
});
const found = (name: string): IdentitySource<string> => ({
  name,
  find: async () => ({ identity: `id of ${name}`, principal: name }),
});
const failing = (name: string): IdentitySource<string> => ({
  name,
  find: () => Promise.reject(new CredentialError({ action: `asking ${name}`, reason: "403" })),
});
const find = (...sources: IdentitySource<string>[]) =>
  findIdentity(sources, "r.io", captureLogger().log, "do this");

describe("findIdentity", () => {
  test("returns the first available identity", async () => {
    assert.deepEqual(await find(absent("a"), found("b"), found("c")), {
      identity: "id of b",
      principal: "b",
    });
  });

  test("ends at a source that is configured but does not work", async () => {
    await assert.rejects(find(absent("a"), failing("b"), found("c")), /asking b: 403/);
  });

  test("lists every source with its reason if all are unavailable", async () => {
    await assert.rejects(find(absent("a"), absent("b")), {
      message: "looking for an identity for r.io: none found; tried a (not set), b (not set); do this",
      failure: "unassigned",
    });
  });
});

describe("identity policy", () => {
  test("the plugin's default fallback, unless a flag sets another; --identity pod alone means none", () => {
    for (const [identity, fallback, expected] of [
      [undefined, undefined, { identity: "auto", fallback: "unassigned" }],
      ["node", "none", { identity: "node", fallback: "none" }],
      ["pod", undefined, { identity: "pod", fallback: "none" }],
      ["pod", "unassigned", { identity: "pod", fallback: "unassigned" }],
      [undefined, "node", { identity: "auto", fallback: "node" }],
    ] as const) {
      assert.deepEqual(parseIdentityPolicy(identity, fallback, "unassigned"), expected);
    }
  });

  test("unknown values are refused", () => {
    assert.throws(
      () => parseIdentityPolicy("root", undefined, "none"),
      /--identity is "root", expected auto, pod or node/,
    );
    assert.throws(
      () => parseIdentityPolicy(undefined, "pod", "none"),
      /--identity-fallback is "pod", expected none, unassigned or node/,
    );
  });
});
