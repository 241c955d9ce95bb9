import assert from "node:assert/strict";
import { test } from "node:test";
import { asObject, bodyStart, parseJson, parseJsonObject, redirectReason, textAt } from "./json.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("a body that is not JSON, or not an object, gives undefined", () => {
  assert.deepEqual(parseJson(bytes("[1]")), [1]);
  assert.equal(parseJson("<html>"), undefined);
  assert.deepEqual(parseJsonObject('{"a":1}'), { a: 1 });
  for (const body of ["[1]", "null", '"text"', "", "{"]) assert.equal(parseJsonObject(body), undefined, body);
  assert.equal(asObject([]), undefined);
});

test("the text at a path, of own keys only", () => {
  const document = { error: { code: "Denied", status: 403, message: "" } };
  assert.equal(textAt(document, "error", "code"), "Denied");
  assert.equal(textAt("itself"), "itself");
  for (const path of [["error"], ["error", "status"], ["error", "message"], ["nothing", "there"]]) {
    assert.equal(textAt(document, ...path), undefined, path.join("."));
  }
  assert.equal(textAt({}, "constructor", "name"), undefined);
});

test("the start of a body, on one line", () => {
  assert.equal(bodyStart({ body: bytes(" <html>\n <b>") }), '"<html> <b>"');
  assert.equal(bodyStart({ body: bytes(" \n") }), "an empty body");
  assert.equal(bodyStart({ body: bytes("x".repeat(500)) }).length, 83);
});

test("a redirect is described by its origin only", () => {
  const at = (status: number, location?: string) =>
    redirectReason({ status, headers: location === undefined ? {} : { location } });
  assert.equal(
    at(307, "https://evil.test/path?token=x#y"),
    "status 307, a redirect to https://evil.test, which is not followed with a credential",
  );
  assert.match(at(302, "/login?token=x") ?? "", /a redirect to another address,/);
  assert.match(at(302) ?? "", /another address/);
  assert.equal(at(200, "https://evil.test/"), undefined);
});
