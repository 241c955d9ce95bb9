import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { STSClient } from "@aws-sdk/client-sts";
import { OptionsError } from "@imagecred/protocol";
import { botocore, endpointRows } from "@imagecred/vectors";
import { COMMERCIAL, PARTITIONS } from "./partitions.ts";
import { stsUrl, stsUrlForRole } from "./sts-endpoint.ts";

const rules = new STSClient({ region: "us-east-1" }).config.endpointProvider;
const REGIONS = [
  ...PARTITIONS.map(({ oldestRegion }) => oldestRegion),
  "us-gov-east-1",
  "eu-west-2",
  "zz-north-1",
];

test("STS's endpoints equal those of the SDK's rules, in every partition", () => {
  for (const region of REGIONS) {
    for (const fips of [false, true]) {
      for (const dualStack of [false, true]) {
        const sdk = rules({
          Region: region,
          UseFIPS: fips,
          UseDualStack: dualStack,
          UseGlobalEndpoint: false,
        });
        assert.equal(stsUrl(region, undefined, { url: undefined, fips, dualStack }), sdk.url.href);
      }
    }
  }
});

test("combinations that the SDK's rules refuse are an OptionsError", () => {
  const url = "https://vpce.example";
  for (const settings of [
    { url, fips: true, dualStack: false },
    { url, fips: false, dualStack: true },
  ]) {
    const parameters = {
      Region: "us-east-1",
      UseFIPS: settings.fips,
      UseDualStack: settings.dualStack,
      Endpoint: url,
    };
    assert.throws(() => rules(parameters), /custom endpoint/);
    assert.throws(() => stsUrl("us-east-1", COMMERCIAL, settings), OptionsError);
  }
  assert.equal(stsUrl("us-east-1", COMMERCIAL, { url, fips: false, dualStack: false }), url);
});

test("an unknown region belongs to the role's partition", () => {
  const settings = { url: undefined, fips: false, dualStack: false };
  const role = "arn:aws-cn:iam::123456789012:role/pull";
  assert.equal(stsUrlForRole("zz-north-1", role, settings), "https://sts.zz-north-1.amazonaws.com.cn/");
});

describe("AWS's own endpoint tests (botocore, endpoint-rules/sts)", {
  skip: botocore().missing ?? false,
}, () => {
  const rows = endpointRows("sts");

  test("there are 69 rows", () => assert.equal(rows.length, 69));

  for (const [index, { documentation, params = {}, expect }] of rows.entries()) {
    const { Region, UseFIPS = false, UseDualStack = false, UseGlobalEndpoint = false, Endpoint } = params;
    const settings = { url: Endpoint, fips: UseFIPS, dualStack: UseDualStack };
    const name = `${index}: ${documentation}`;
    if (Region === undefined && Endpoint === undefined) {
      test(`${name}: the registry's region is always known`, () =>
        assert.match(expect.error ?? "", /Region/));
    } else if (
      Region === "aws-global" ||
      (UseGlobalEndpoint && expect.endpoint?.url === "https://sts.amazonaws.com")
    ) {
      // docs/ecr.md, "Endpoints": the global endpoint is in one region and is not used.
      test(`${name}: the region's own STS is used instead`, () => {
        const region = Region === "aws-global" ? "us-east-1" : (Region ?? "");
        assert.equal(stsUrl(region, undefined, settings), `https://sts.${region}.amazonaws.com/`);
      });
    } else if (expect.error !== undefined) {
      test(name, () => assert.throws(() => stsUrl(Region ?? "", undefined, settings), OptionsError));
    } else {
      test(name, () =>
        assert.equal(
          stsUrl(Region ?? "us-east-1", undefined, settings).replace(/\/$/, ""),
          expect.endpoint?.url,
        ),
      );
    }
  }
});
