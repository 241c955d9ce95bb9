import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { googleAuth } from "../testing/google-auth.ts";
import { DEFAULT_UNIVERSE } from "../universe.ts";
import { isServiceUrl } from "./service-url.ts";

describe("an endpoint in a credential file", () => {
  for (const url of [
    "https://sts.googleapis.com/v1/token",
    "https://sts.mtls.googleapis.com/v1/token",
    "https://sts.us-east1.rep.googleapis.com/v1/token",
    "https://us-east1-sts.googleapis.com/v1/token",
    "https://us-east1.sts.googleapis.com/v1/token",
    "https://sts-xyz.p.googleapis.com/v1/token",
  ]) {
    test(`${url} is Google's STS`, () => assert.ok(isServiceUrl(url, "sts", DEFAULT_UNIVERSE)));
  }

  for (const url of [
    "http://sts.googleapis.com/v1/token",
    "https://sts.googleapis.com:8443/v1/token",
    "https://user:password@sts.googleapis.com/v1/token",
    "https://sts.googleapis.com.evil.test/v1/token",
    "https://evil.test/sts.googleapis.com",
    "https://evilsts.googleapis.com/v1/token",
    "https://storage.googleapis.com/sts",
    "https://sts.s3nsapis.fr/v1/token",
    "https://googleapis.com/v1/token",
    "https://a.b.sts.googleapis.com/v1/token",
    "https://sts.a.b.googleapis.com/v1/token",
    "sts.googleapis.com",
    "",
  ]) {
    test(`${url} is not`, () => assert.ok(!isServiceUrl(url, "sts", DEFAULT_UNIVERSE)));
  }
});

/** Google's own list, in the tests of its Python library. */
const { directory, missing } = googleAuth();
const SERVICES = { TOKEN: "sts", SERVICE_ACCOUNT_IMPERSONATION: "iamcredentials" } as const;

describe("google-auth's URLs", { skip: missing ?? false }, () => {
  for (const [name, service] of Object.entries(SERVICES)) {
    for (const kind of ["VALID", "INVALID"]) {
      test(`${kind} ${service}`, () => {
        const source = readFileSync(join(directory, "tests/test_aws.py"), "utf8");
        const list = new RegExp(`^${kind}_${name}_URLS = \\[([^\\]]*)\\]`, "m").exec(source)?.[1] ?? "";
        const urls = [...list.matchAll(/"([^"]*)"/g)].map(([, url = ""]) => url.replaceAll("\\t", "\t"));
        assert.ok(urls.length > 8);
        const judged = urls.filter((url) => isServiceUrl(url, service, DEFAULT_UNIVERSE));
        assert.deepEqual(judged, kind === "VALID" ? urls : []);
      });
    }
  }
});
