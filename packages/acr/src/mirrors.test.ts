import assert from "node:assert/strict";
import { test } from "node:test";
import { mirrorOf, parseImage } from "@imagecred/protocol";
import { parseMirrorList } from "./mirrors.ts";

const pairs = (...values: string[]) => parseMirrorList(values).map(({ mirror, target }) => [mirror, target]);

test("source:target, as in the Go plugin", () => {
  assert.deepEqual(pairs("mcr.microsoft.com:abc12.azurecr.io"), [["mcr.microsoft.com", "abc12.azurecr.io"]]);
  assert.deepEqual(pairs(" a.example : abc12.azurecr.io , b.example:def34.azurecr.io "), [
    ["a.example", "abc12.azurecr.io"],
    ["b.example", "def34.azurecr.io"],
  ]);
  assert.deepEqual(pairs("", " , "), []);
});

test("ports and paths", () => {
  assert.deepEqual(pairs("localhost:5000:abc12.azurecr.io"), [["localhost:5000", "abc12.azurecr.io"]]);
  assert.deepEqual(pairs("a.example:abc12.azurecr.io:443"), [["a.example", "abc12.azurecr.io:443"]]);
  assert.deepEqual(pairs("a.example:5000/team:abc12.azurecr.io:443/cache"), [
    ["a.example:5000/team", "abc12.azurecr.io:443/cache"],
  ]);
  assert.deepEqual(pairs("mcr.microsoft.com/dotnet:abc12.azurecr.io/dotnet"), [
    ["mcr.microsoft.com/dotnet", "abc12.azurecr.io/dotnet"],
  ]);
});

test("an invalid pair does not affect the others (AKS: a trailing slash is ignored)", () => {
  for (const value of [
    "a.example",
    "a.example:",
    "a.example:b.example:c.example",
    "https://a.example:b.example",
    "a.example:5000:6000",
    "a.example=b.example",
  ]) {
    const [wrong, right] = parseMirrorList([`${value},mcr.microsoft.com:abc12.azurecr.io/`]);
    assert.match(wrong?.problem ?? "", /^--registry-mirror.*SOURCE:TARGET|is not HOST/, value);
    assert.deepEqual(right, {
      mirror: "mcr.microsoft.com",
      target: "abc12.azurecr.io",
      flag: "--registry-mirror",
    });
  }
});

test("an image's mirror: whole hosts and path segments are compared, and the longest source is used", () => {
  const mirrors = parseMirrorList([
    "mcr.microsoft.com:one11.azurecr.io,mcr.microsoft.com/dotnet:two22.azurecr.io,local.example:5000:three.azurecr.io",
  ]);
  const target = (image: string) => mirrorOf(parseImage(image), mirrors)?.target;
  assert.equal(target("mcr.microsoft.com/azure/x"), "one11.azurecr.io");
  assert.equal(target("mcr.microsoft.com/dotnet/x"), "two22.azurecr.io");
  assert.equal(target("mcr.microsoft.com/dotnetx/x"), "one11.azurecr.io");
  assert.equal(target("mcr.microsoft.com.evil.test/x"), undefined);
  assert.equal(target("mcr.microsoft.com:5000/x"), undefined);
  assert.equal(target("local.example:5000/x"), "three.azurecr.io");
  assert.equal(target("local.example:50001/x"), undefined);
  assert.equal(target("local.example/x"), undefined);
});
