import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionsError } from "../errors.ts";
import { proxyRules } from "./proxy-rules.ts";

const CLOUD = new URL("https://api.example");

test("without a proxy's variable every URL is called directly", async () => {
  for (const env of [{}, { HTTPS_PROXY: "" }, { NO_PROXY: "*" }, { ALL_PROXY: "http://p:1" }])
    assert.equal((await proxyRules(env))(CLOUD), undefined);
});

test("variables in upper and lower case follow the rules of proxyFor", async () => {
  for (const name of ["HTTPS_PROXY", "https_proxy"])
    assert.equal((await proxyRules({ [name]: "p:1" }))(CLOUD), "http://p:1");
  const rules = await proxyRules({ HTTP_PROXY: "ftp://p", https_proxy: "p:1", NO_PROXY: "api.example" });
  assert.equal(rules(CLOUD), undefined);
  assert.throws(() => rules(new URL("http://other.example")), OptionsError);
});
