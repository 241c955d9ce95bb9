import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { goModule } from "@imagecred/vectors";
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

/** The tables of Google's library for Go; its later versions check the universe only, and have no such tables. */
const oauth2 = goModule("golang.org/x/oauth2", "v0.5.0");

describe("x/oauth2's URLs", { skip: oauth2.missing ?? false }, () => {
  for (const [field, service] of [
    ["tokURL", "sts"],
    ["impURL", "iamcredentials"],
  ] as const) {
    test(service, () => {
      const path = "google/internal/externalaccount/basecredentials_test.go";
      const source = readFileSync(join(oauth2.directory, path), "utf8");
      const [, table = ""] =
        new RegExp(`${field} +string\\s+expectSuccess bool\\s+\\}\\{([^}]*(?:\\},[^}]*)*?)\\n\\t\\}`).exec(
          source,
        ) ?? [];
      const rows = [...table.matchAll(/\{("[^\n]*"), (true|false)\},/g)];
      assert.equal(rows.length, 28);
      for (const [, literal = "", expected] of rows) {
        const url = JSON.parse(literal) as string;
        assert.equal(isServiceUrl(url, service, DEFAULT_UNIVERSE), expected === "true", url);
      }
    });
  }
});
