import assert from "node:assert/strict";
import { test } from "node:test";
import { type IdentityPolicy, OptionsError, parseImage } from "@imagecred/protocol";
import { testContext } from "@imagecred/protocol/testing";
import { decodeIdentities } from "./decode.ts";
import type { AwsPart } from "./fields.ts";
import { entryFor, loadIdentities, type Overlay, type ReadField } from "./load.ts";

interface Options {
  readonly identity: IdentityPolicy;
  readonly profile: string;
}

const FLAGS: Options = { identity: { identity: "auto", fallback: "unassigned" }, profile: "flag" };

function readPart(part: AwsPart, read: ReadField): Overlay<Options> {
  const profile = read("profile", part.profile, (value, from) => {
    if (value === "bad") throw new OptionsError(`${from} is bad`);
    return value;
  });
  return (options) => (profile === undefined ? options : { ...options, profile });
}

function load(...entries: readonly object[]) {
  const text = JSON.stringify({
    apiVersion: "imagecred.dev/v1alpha1",
    kind: "ImageIdentities",
    identities: entries,
  });
  const { log, files } = testContext({});
  const readBytes = async () => new TextEncoder().encode(text);
  return loadIdentities("/map.json", "aws", readPart, { log, files: { ...files, readBytes } });
}

test("the first matching entry overrides the options", async () => {
  const map = await load(
    { registries: ["a.io/team", "b.io"], aws: { profile: "first" } },
    { registries: ["a.io"], azure: { tenantId: "t" } },
    { registries: ["*.io"], aws: { profile: "last" } },
  );
  const profileFor = (image: string) => map.settingsFor(parseImage(image), FLAGS).options.profile;
  assert.equal(profileFor("b.io/x"), "first");
  assert.equal(profileFor("a.io/team/x"), "first");
  assert.equal(profileFor("a.io/other"), "flag");
  assert.equal(profileFor("c.io/x"), "last");
  assert.equal(profileFor("c.io:5000/x"), "flag");
});

test("an entry's identity determines the fallback", async () => {
  const policyFor = async (entry: object, identity: IdentityPolicy) => {
    const map = await load({ registries: ["a.io"], ...entry });
    const { options, asPod, anonymous } = map.settingsFor(parseImage("a.io/x"), { ...FLAGS, identity });
    return [options.identity.identity, options.identity.fallback, asPod, anonymous];
  };
  const auto: IdentityPolicy = { identity: "auto", fallback: "unassigned" };
  const pod: IdentityPolicy = { identity: "pod", fallback: "none" };
  assert.deepEqual(await policyFor({}, auto), ["auto", "unassigned", false, false]);
  assert.deepEqual(await policyFor({ identity: "pod" }, auto), ["pod", "none", true, false]);
  assert.deepEqual(await policyFor({ identity: "pod", identityFallback: "node" }, auto), [
    "pod",
    "node",
    true,
    false,
  ]);
  assert.deepEqual(await policyFor({ identity: "node" }, pod), ["node", "none", false, false]);
  assert.deepEqual(await policyFor({ identityFallback: "unassigned" }, pod), [
    "pod",
    "unassigned",
    false,
    false,
  ]);
  assert.deepEqual(await policyFor({ identity: "anonymous" }, auto), ["auto", "unassigned", false, true]);
});

test("images of one registry are distinguished only if a pattern of that registry has a path", async () => {
  const map = await load(
    { registries: ["a.io/team"] },
    { registries: ["b.io/", "*.c.io/x"] },
    { registries: ["d.io"] },
  );
  const byPath = (image: string) => map.settingsFor(parseImage(image), FLAGS).byPath;
  assert.equal(byPath("a.io/team/x"), true);
  assert.equal(byPath("a.io/other"), true);
  assert.equal(byPath("a.io:443/team"), false);
  // A single slash matches every path.
  assert.equal(byPath("b.io/x"), false);
  assert.equal(byPath("r.c.io/y"), true);
  assert.equal(byPath("d.io/x"), false);
});

test("an invalid entry is an error of the whole file, with its position and the number of further problems", async () => {
  const bad = { registries: ["a.io"], aws: { profile: "bad" } };
  const message = async (...entries: readonly object[]) =>
    await load(...entries).then(
      () => assert.fail("it was accepted"),
      (error) => (error instanceof OptionsError ? error.message : assert.fail(String(error))),
    );
  assert.match(await message({ registries: ["b.io"] }, bad), /^\/map\.json:1:\d+: aws\.profile is bad$/);
  assert.match(
    await message(bad, bad, bad),
    /aws\.profile is bad \(and 2 more: imagecred validate \/map\.json\)$/,
  );
});

test("the entry and the pattern that apply", () => {
  const { entries } = decodeIdentities(
    new TextEncoder().encode(
      'apiVersion: imagecred.dev/v1alpha1\nkind: ImageIdentities\nidentities: [{registries: [a.io]}, {registries: [x.io, "*.io"]}]',
    ),
  );
  assert.deepEqual(entryFor(entries, parseImage("b.io/x")), { index: 1, pattern: "*.io" });
  assert.equal(entryFor(entries, parseImage("b.com/x")), undefined);
});
