import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CredentialError } from "../errors.ts";
import { captureLogger } from "../testing/capture-logger.ts";
import { requestFor } from "../testing/request-for.ts";
import { findIdentity, type IdentitySource, orNext } from "./chain.ts";
import { parseIdentityPolicy, planIdentity } from "./policy.ts";

const absent = (name: string): IdentitySource<string> => ({
  name,
  find: async () => ({ unavailable: "not set" }),
});
const found = (name: string): IdentitySource<string> => ({
  name,
  find: async () => ({ identity: `id of ${name}`, principal: name }),
});
const failing = (name: string, tryNext: boolean): IdentitySource<string> => ({
  name,
  find: () => Promise.reject(new CredentialError({ action: `asking ${name}`, reason: "403", tryNext })),
});
const find = (...sources: IdentitySource<string>[]) =>
  findIdentity(sources, "r.io", captureLogger().log, "do this");

describe("findIdentity", () => {
  test("takes the first that is there", async () => {
    assert.deepEqual(await find(absent("a"), found("b"), found("c")), {
      identity: "id of b",
      principal: "b",
      source: "b",
    });
  });

  test("goes on after an error only when the error says so", async () => {
    assert.equal((await find(failing("a", true), found("b"))).source, "b");
    await assert.rejects(find(failing("a", false), found("b")), /asking a: 403/);
  });

  test("goes on after any failure of a source that is told so, and after no defect", async () => {
    assert.equal((await find(orNext(failing("a", false)), found("b"))).source, "b");
    assert.equal((await find(orNext(found("a")), found("b"))).source, "a");
    const broken = { name: "a", find: () => Promise.reject(new TypeError("a defect")) };
    await assert.rejects(find(orNext(broken), found("b")), TypeError);
  });

  test("lists every source with its reason when none is there", async () => {
    await assert.rejects(find(absent("a"), failing("b", true)), {
      message: "looking for an identity for r.io: none found; tried a (not set), b (403); do this",
    });
  });
});

describe("identity policy", () => {
  const withToken = requestFor("r.io/a", { token: "a.b.c" });
  const withoutToken = requestFor("r.io/a");
  const plan = (identity?: string, fallback?: string) => {
    const policy = parseIdentityPolicy(identity, fallback, "none");
    return [withToken, withoutToken].map((request) => {
      try {
        const { use, ...rest } = planIdentity(request, policy);
        return "fallbackToNode" in rest && rest.fallbackToNode ? `${use}, then node` : use;
      } catch {
        return "error";
      }
    });
  };

  test("never gives a pod the node's identity unless told to", () => {
    assert.deepEqual(plan(), ["pod", "node"]);
    assert.deepEqual(plan("pod"), ["pod", "error"]);
    assert.deepEqual(plan("node"), ["node", "node"]);
    assert.deepEqual(plan("auto", "node"), ["pod, then node", "node"]);
    assert.deepEqual(plan("pod", "node"), ["pod, then node", "node"]);
  });

  test("refuses other words", () => {
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
