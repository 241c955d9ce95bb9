import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OptionsError } from "../errors.ts";
import { fillTemplate, parseTemplate, placeholdersIn, templateFault } from "./template.ts";

const KNOWN = ["account", "region", "partition"];

function refused(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof OptionsError);
    return error.message;
  }
  assert.fail("it was accepted");
}

test("placeholders are replaced, as often as they occur; everything else stays", () => {
  const template = parseTemplate(
    "arn:{partition}:iam::{account}:role/{region}/{account}",
    KNOWN,
    "--role-arn",
  );
  const values = { account: "123456789012", region: "eu-west-1", partition: "aws" };
  assert.equal(
    fillTemplate(template, values, "r.io"),
    "arn:aws:iam::123456789012:role/eu-west-1/123456789012",
  );
  assert.deepEqual(placeholdersIn(template), ["partition", "account", "region", "account"]);
  const plain = parseTemplate("arn:aws:iam::1:role/$&", KNOWN, "--role-arn");
  assert.equal(fillTemplate(plain, {}, "r.io"), "arn:aws:iam::1:role/$&");
});

test("placeholders in a value are not replaced", () => {
  const template = parseTemplate("{account}-{region}", KNOWN, "--x");
  assert.equal(fillTemplate(template, { account: "{region}", region: "$1" }, "r.io"), "{region}-$1");
});

for (const [text, message] of [
  ["a{acount}b", "--x has {acount} at character 2, expected {account}, {region} or {partition}"],
  ["{}", "--x has {} at character 1, expected {account}, {region} or {partition}"],
  ["{Account}", "--x has {Account} at character 1, expected {account}, {region} or {partition}"],
  ["role/{account", "--x has { at character 6 without a } after it"],
  ["role/{", "--x has { at character 6 without a } after it"],
  ["{{account}}", "--x has { at character 1 without a } after it"],
  ["{account}}", "--x has } at character 10 without a { before it"],
] as const) {
  test(`refused, with the position: ${text}`, () => {
    assert.equal(
      refused(() => parseTemplate(text, KNOWN, "--x")),
      message,
    );
  });
}

test("one known placeholder is named without a list", () => {
  assert.equal(
    refused(() => parseTemplate("{x}", ["registry"], "--tenant-id")),
    "--tenant-id has {x} at character 1, expected {registry}",
  );
});

test("a placeholder without a value for this image is an error with the setting and the name", () => {
  const template = parseTemplate("arn:aws:iam::{account}:role/pull", KNOWN, "--role-arn");
  assert.match(
    refused(() => fillTemplate(template, { account: undefined }, "public.ecr.aws")),
    /^--role-arn has \{account\}, which the name public\.ecr\.aws does not contain; give such images their own entry/,
  );
});

test("any text is filled if it has no fault, and refused if it has one", () => {
  const pieces = fc.constantFrom("{", "}", "{account}", "{region}", "{other}", "a", ":");
  fc.assert(
    fc.property(
      fc.array(pieces).map((all) => all.join("")),
      (text) => {
        const fault = templateFault(text, KNOWN);
        const filled = text.replaceAll("{account}", "1").replaceAll("{region}", "2");
        assert.equal(fault === undefined, !/[{}]/.test(filled), text);
        if (fault === undefined) {
          assert.equal(fillTemplate({ text, from: "--x" }, { account: "1", region: "2" }, "r.io"), filled);
        } else {
          assert.match(text[fault.at] ?? "", /[{}]/);
        }
      },
    ),
  );
});
