import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import type { EndpointSettings } from "@imagecred/identities/aws";
import { COMMERCIAL, PARTITIONS, partitionOfRegion } from "@imagecred/identities/aws/facts";
import { OptionsError } from "@imagecred/protocol";
import { botocore, endpointRows } from "@imagecred/vectors";
import { PUBLIC_REGION } from "../registry.ts";
import { ecrPublicUrl, ecrUrl } from "./endpoint.ts";

/** AWS's own rules. */
const rules = {
  ecr: new ECRClient({ region: PUBLIC_REGION }).config.endpointProvider,
  public: new ECRPUBLICClient({ region: PUBLIC_REGION }).config.endpointProvider,
};
const VPC_ENDPOINT = "https://vpce-1.example:8443/ecr";

const KINDS = [false, true].flatMap((fips) => [false, true].map((dualStack) => ({ fips, dualStack })));

/** The URL that the SDK calls; undefined for settings that it refuses. */
function bySdk(api: keyof typeof rules, region: string, { url, fips, dualStack }: EndpointSettings) {
  const kinds = { UseFIPS: fips, UseDualStack: dualStack };
  const endpoint = url === undefined ? {} : { Endpoint: url };
  try {
    return rules[api]({ Region: region, ...kinds, ...endpoint }).url.href;
  } catch {
    return undefined;
  }
}

function byUs(url: () => string): string | undefined {
  try {
    return url();
  } catch (error) {
    assert.ok(error instanceof OptionsError);
    return undefined;
  }
}

describe("endpoints follow the SDK's rules", () => {
  const regions = [
    ...PARTITIONS.map(({ oldestRegion }) => oldestRegion),
    "us-gov-east-1",
    "eu-west-2",
    "zz-north-1",
  ];
  for (const region of regions) {
    const partition = partitionOfRegion(region) ?? COMMERCIAL;
    for (const kind of KINDS) {
      for (const url of [undefined, VPC_ENDPOINT]) {
        const settings = { url, ...kind };
        test(`${region}: ${JSON.stringify(settings)}`, () => {
          assert.equal(
            byUs(() => ecrUrl({ region, partition }, settings)),
            bySdk("ecr", region, settings),
          );
        });
      }
    }
  }
  for (const kind of KINDS) {
    for (const url of [undefined, VPC_ENDPOINT]) {
      const settings = { url, ...kind };
      test(`ECR Public: ${JSON.stringify(settings)}`, () => {
        assert.equal(
          byUs(() => ecrPublicUrl(settings)),
          bySdk("public", PUBLIC_REGION, settings),
        );
      });
    }
  }
});

test("for a new region, the host determines the partition", () => {
  const url = (region: string, id: string, kind: Partial<EndpointSettings> = {}) => {
    const partition = PARTITIONS.find((candidate) => candidate.id === id);
    assert.ok(partition !== undefined);
    return ecrUrl({ region, partition }, { url: undefined, fips: false, dualStack: false, ...kind });
  };
  assert.equal(url("eusc-fr-west-2", "aws-eusc"), "https://api.ecr.eusc-fr-west-2.amazonaws.eu/");
  assert.equal(url("zz-north-1", "aws-cn"), "https://api.ecr.zz-north-1.amazonaws.com.cn/");
  assert.equal(
    url("zz-north-1", "aws-cn", { dualStack: true }),
    "https://ecr.zz-north-1.api.amazonwebservices.com.cn/",
  );
  assert.equal(url("zz-north-1", "aws-iso", { fips: true }), "https://api.ecr-fips.zz-north-1.c2s.ic.gov/");
});

/** The URL without the slash that AWS's tables leave out. */
const origin = (url: string | undefined) => url?.replace(/\/$/, "");

describe("AWS's own endpoint tests (botocore, endpoint-rules)", { skip: botocore().missing ?? false }, () => {
  for (const [service, count] of [
    ["ecr", 26],
    ["ecr-public", 22],
  ] as const) {
    const rows = endpointRows(service);
    test(`all ${count} cases of ${service} are read`, () => assert.equal(rows.length, count));

    for (const [index, { documentation, params = {}, expect }] of rows.entries()) {
      const { Region, UseFIPS = false, UseDualStack = false, Endpoint } = params;
      const settings = { url: Endpoint, fips: UseFIPS, dualStack: UseDualStack };
      const name = `${service} ${index}: ${documentation}`;
      if (Region === undefined && Endpoint === undefined) {
        test(`${name}: the registry always has a region`, () => assert.match(expect.error ?? "", /Region/));
        continue;
      }
      // ECR Public has one region (docs/ecr.md): the other rows are for endpoints that do not exist.
      if (service === "ecr-public" && Region !== undefined && Region !== PUBLIC_REGION) continue;
      test(name, () => {
        const region = Region ?? "us-east-1";
        const partition = partitionOfRegion(region) ?? COMMERCIAL;
        const url = byUs(() =>
          service === "ecr" ? ecrUrl({ region, partition }, settings) : ecrPublicUrl(settings),
        );
        assert.equal(origin(url), origin(expect.endpoint?.url));
      });
    }
  }
});
