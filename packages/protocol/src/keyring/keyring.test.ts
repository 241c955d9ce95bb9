import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareBytes } from "../go/bytes.ts";
import { Keyring } from "./keyring.ts";

test("matching keys are in reverse byte order, equal ones in the order of their providers", () => {
  const key = fc.tuple(
    fc.constantFrom("r.io", "*.io", "*.*", "r.*", "x.io"),
    fc.constantFrom("", "/", "/a", "/a/b", "/v1/a", "/v2/"),
    fc.constantFrom("", "https://", "http://"),
  );
  const answers = fc.array(fc.array(key, { maxLength: 5 }), { maxLength: 4 });
  fc.assert(
    fc.property(answers, (providers) => {
      const keyring = new Keyring<number>();
      for (const [index, keys] of providers.entries()) {
        keyring.add(new Map(keys.map(([host, path, scheme]) => [scheme + host + path, index])));
      }
      const found = keyring.lookup("r.io/a/b/c");
      for (const [index, { key, credential }] of found.entries()) {
        const next = found[index + 1];
        if (next === undefined) continue;
        const order = compareBytes(key, next.key);
        assert.ok(order > 0 || (order === 0 && credential <= next.credential));
      }
      const matching = providers
        .flat()
        .filter(([host, path]) => host !== "x.io" && /^(\/|\/a|\/a\/b|\/v1\/a|\/v2\/)?$/.test(path));
      assert.equal(found.length === 0, matching.length === 0);
    }),
  );
});

test("Docker Hub's old key is used if no other matches", () => {
  const keyring = new Keyring<string>();
  keyring.add(new Map([["https://index.docker.io/v1/", "hub"]]));
  assert.deepEqual(keyring.lookup("docker.io/library/nginx"), [
    { key: "index.docker.io", credential: "hub" },
  ]);
  assert.deepEqual(keyring.lookup("r.io/nginx"), []);
});

test("a key that is not a URL is ignored with the kubelet's message", () => {
  const keyring = new Keyring<string>();
  keyring.add(new Map([["r.io:x", "a"]]));
  assert.deepEqual(keyring.ignored, [
    {
      key: "r.io:x",
      message:
        'Entry "https://r.io:x" in dockercfg invalid (parse "https://r.io:x": invalid port ":x" after host), ignoring',
    },
  ]);
});
