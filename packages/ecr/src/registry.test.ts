import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PARTITIONS, type Partition } from "@imagecred/identities/aws/facts";
import fc from "fast-check";
import { parseRegistryHost } from "./registry.ts";

const account = fc.stringMatching(/^[0-9]{12}$/);
const partition = fc.constantFrom(...PARTITIONS);

/** Region names of each partition: existing ones, and ones that match its pattern but do not exist. */
const REGIONS: Readonly<Record<string, readonly string[]>> = {
  aws: ["us-east-1", "us-west-2", "ap-southeast-7", "mx-central-1", "sa-nowhere-9"],
  "aws-cn": ["cn-north-1", "cn-northwest-1", "cn-south-3"],
  "aws-us-gov": ["us-gov-west-1", "us-gov-east-1", "us-gov-central-2"],
  "aws-eusc": ["eusc-de-east-1", "eusc-fr-west-2"],
  "aws-iso": ["us-iso-east-1", "us-iso-west-1"],
  "aws-iso-b": ["us-isob-east-1"],
  "aws-iso-e": ["eu-isoe-west-1"],
  "aws-iso-f": ["us-isof-south-1", "us-isof-east-1"],
};

function regionsOf({ id }: Partition): readonly string[] {
  return REGIONS[id] ?? [];
}

const validHost = fc
  .record({ account, partition, dualStack: fc.boolean(), fips: fc.boolean(), pick: fc.nat() })
  .filter(({ partition, dualStack }) => !dualStack || partition.dualStackSuffix !== undefined)
  .map((parts) => {
    const regions = regionsOf(parts.partition);
    const region = regions[parts.pick % regions.length] ?? "";
    const api = `${parts.dualStack ? "dkr-ecr" : "dkr.ecr"}${parts.fips ? "-fips" : ""}`;
    const suffix = parts.dualStack ? parts.partition.dualStackSuffix : parts.partition.suffix;
    return { ...parts, region, host: `${parts.account}.${api}.${region}.${suffix}` };
  });

describe("hosts of private registries", () => {
  test("account, region, partition, FIPS and dual stack are parsed from every form", () => {
    fc.assert(
      fc.property(validHost, ({ host, account, region, partition, fips, dualStack }) => {
        assert.deepEqual(parseRegistryHost(host), {
          kind: "private",
          account,
          region,
          partition,
          fips,
          dualStack,
        });
      }),
    );
  });

  test("letter case is ignored", () => {
    fc.assert(
      fc.property(validHost, ({ host }) => {
        assert.deepEqual(parseRegistryHost(host.toUpperCase()), parseRegistryHost(host));
      }),
    );
  });

  test("a prefix or suffix of an ECR host is not accepted", () => {
    // A name with a prefix or suffix does not belong to AWS.
    const around = fc.string({
      unit: fc.constantFrom(..."abcz019.-_/:@%\\ \t\n\0é"),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(validHost, around, fc.boolean(), ({ host }, extra, before) => {
        const evil = before ? extra + host : host + extra;
        assert.ok("notOurs" in parseRegistryHost(evil), evil);
      }),
      { numRuns: 2000 },
    );
  });

  test("an inserted, deleted or replaced character never results in an accepted host outside AWS's domains", () => {
    const domains = PARTITIONS.flatMap(({ suffix, dualStackSuffix }) => [suffix, dualStackSuffix ?? suffix]);
    const edit = fc.record({
      at: fc.nat(80),
      remove: fc.integer({ min: 0, max: 2 }),
      insert: fc.string({ unit: fc.constantFrom(..."abmz0159.-_/:@"), maxLength: 4 }),
    });
    fc.assert(
      fc.property(validHost, edit, ({ host }, { at, remove, insert }) => {
        const place = at % host.length;
        const edited = host.slice(0, place) + insert + host.slice(place + remove);
        if ("notOurs" in parseRegistryHost(edited)) return;
        const owner = domains.find((domain) => edited.endsWith(`.${domain}`));
        assert.ok(owner !== undefined, edited);
        assert.match(edited.slice(0, -owner.length), /^\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.$/, edited);
      }),
      { numRuns: 5000 },
    );
  });

  test("a region under another partition's domain is rejected, and the reason names it", () => {
    const foreign = fc
      .record({ of: partition, under: partition, pick: fc.nat() })
      .filter(({ of, under }) => of.suffix !== under.suffix);
    fc.assert(
      fc.property(account, foreign, (account, { of, under, pick }) => {
        const regions = regionsOf(of);
        const region = regions[pick % regions.length] ?? "";
        const registry = parseRegistryHost(`${account}.dkr.ecr.${region}.${under.suffix}`);
        assert.ok("notOurs" in registry && registry.notOurs.includes(`partition ${of.id}`));
        assert.equal(registry.typo, true);
      }),
    );
  });

  test("a region that matches no partition is accepted under every domain", () => {
    const unknown = fc.constantFrom("zz-north-1", "moon-farside-12", "us-isox-east-1", "eu-far-away-3");
    fc.assert(
      fc.property(account, unknown, partition, (account, region, { suffix }) => {
        const registry = parseRegistryHost(`${account}.dkr.ecr.${region}.${suffix}`);
        assert.ok("region" in registry && registry.region === region);
        assert.equal(registry.partition.suffix, suffix);
      }),
    );
  });

  for (const host of [
    "123456789012.dkr.ecr.s3-us-west-2.amazonaws.com",
    "123456789012.dkr.ecr.s3-website-us-west-2.amazonaws.com",
    "123456789012.dkr.ecr.us-west-2-1a.amazonaws.com",
    "123456789012.dkr.ecr.compute-1.amazonaws.com",
    "docker.io",
    "registry.k8s.io",
    "123456789012.dkr.ecr.us-west-2.amazonaws.com.evil.test",
    "evil.test.123456789012.dkr.ecr.us-west-2.amazonaws.com",
    "123456789012.dkr.ecr.cn-north-1.amazonaws.com",
    "123456789012.dkr.ecr.us-west-2.amazonaws.com.cn",
    "123456789012.dkr.ecr.us-west-2.amazonaws.com.",
    "12345678901.dkr.ecr.us-west-2.amazonaws.com",
    "1234567890123.dkr.ecr.us-west-2.amazonaws.com",
    "123456789012.dkr-ecr.us-west-2.amazonaws.com",
    "123456789012.dkr.ecr.us-west-2.on.aws",
    "123456789012.dkrXecr.us-west-2.amazonaws.com",
    "123456789012.dkr.ecr.us-west-2.evil.amazonaws.com",
    "123456789012.dkr.ecr.us_west-2.amazonaws.com",
    "123456789012.dkr.ecr.evil.amazonaws.com",
    "123456789012.dkr.ecr-fips-x.us-west-2.amazonaws.com",
    `123456789012.dkr.ecr.us-${"a".repeat(70)}-1.amazonaws.com`,
    "123456789012.dkr-ecr.us-iso-east-1.on.aws",
    "",
  ]) {
    test(`${JSON.stringify(host)} is not a registry`, () => {
      assert.ok("notOurs" in parseRegistryHost(host));
    });
  }
});

describe("hosts of ECR Public", () => {
  test("public.ecr.aws, and its dual-stack name", () => {
    assert.deepEqual(parseRegistryHost("public.ecr.aws"), { kind: "public", dualStack: false });
    assert.deepEqual(parseRegistryHost("Public.ECR.aws"), { kind: "public", dualStack: false });
    assert.deepEqual(parseRegistryHost("ecr-public.aws.com"), { kind: "public", dualStack: true });
  });

  for (const host of [
    "x.public.ecr.aws",
    "public.ecr.aws.evil.test",
    "publicXecr.aws",
    "public-ecr.aws.com",
  ]) {
    test(`${host} is not a registry`, () => {
      assert.ok("notOurs" in parseRegistryHost(host));
    });
  }
});
