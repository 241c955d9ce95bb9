/**
 * AWS partitions: separate worlds with accounts, regions and domain names of their own. Domain names and region names
 * are those of the AWS SDK's partitions.json and of the ECR user guide ("Amazon ECR registries", "Getting started with
 * making requests over IPv6").
 */
export interface Partition {
  /** As in ARNs: `aws`, `aws-cn`, `aws-us-gov`, ... */
  readonly id: string;
  /** What comes after the region in `<account>.dkr.ecr.<region>.<suffix>`. */
  readonly suffix: string;
  /** What comes after the region in the dual-stack endpoints of APIs: `sts.<region>.<apiDualStackSuffix>`. */
  readonly apiDualStackSuffix: string;
  /** What comes after the region in `<account>.dkr-ecr.<region>.<suffix>`, where the partition has such hosts. */
  readonly dualStackSuffix: string | undefined;
  /** AWS documents FIPS hosts (`dkr.ecr-fips`) for regions of this partition. */
  readonly fips: boolean;
  /** The region names of this partition. Regions are added every year, so a name that none of these match is no error. */
  readonly regions: RegExp;
  /** A region that has always been there: STS is asked there for roles of a partition that the node is not in. */
  readonly oldestRegion: string;
}

/** AWS's commercial partition. */
export const COMMERCIAL: Partition = {
  id: "aws",
  suffix: "amazonaws.com",
  apiDualStackSuffix: "api.aws",
  dualStackSuffix: "on.aws",
  fips: true,
  regions: /^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/,
  oldestRegion: "us-east-1",
};

export const PARTITIONS: readonly Partition[] = [
  COMMERCIAL,
  {
    id: "aws-cn",
    suffix: "amazonaws.com.cn",
    apiDualStackSuffix: "api.amazonwebservices.com.cn",
    dualStackSuffix: "on.amazonwebservices.com.cn",
    fips: false,
    regions: /^cn-/,
    oldestRegion: "cn-north-1",
  },
  {
    id: "aws-us-gov",
    suffix: "amazonaws.com",
    apiDualStackSuffix: "api.aws",
    dualStackSuffix: "on.aws",
    fips: true,
    regions: /^us-gov-/,
    oldestRegion: "us-gov-west-1",
  },
  {
    id: "aws-eusc",
    suffix: "amazonaws.eu",
    apiDualStackSuffix: "api.amazonwebservices.eu",
    dualStackSuffix: undefined,
    fips: false,
    regions: /^eusc-/,
    oldestRegion: "eusc-de-east-1",
  },
  {
    id: "aws-iso",
    suffix: "c2s.ic.gov",
    apiDualStackSuffix: "api.aws.ic.gov",
    dualStackSuffix: undefined,
    fips: false,
    regions: /^us-iso-/,
    oldestRegion: "us-iso-east-1",
  },
  {
    id: "aws-iso-b",
    suffix: "sc2s.sgov.gov",
    apiDualStackSuffix: "api.aws.scloud",
    dualStackSuffix: undefined,
    fips: false,
    regions: /^us-isob-/,
    oldestRegion: "us-isob-east-1",
  },
  {
    id: "aws-iso-e",
    suffix: "cloud.adc-e.uk",
    apiDualStackSuffix: "api.cloud-aws.adc-e.uk",
    dualStackSuffix: undefined,
    fips: false,
    regions: /^eu-isoe-/,
    oldestRegion: "eu-isoe-west-1",
  },
  {
    id: "aws-iso-f",
    suffix: "csp.hci.ic.gov",
    apiDualStackSuffix: "api.aws.hci.ic.gov",
    dualStackSuffix: undefined,
    fips: false,
    regions: /^us-isof-/,
    oldestRegion: "us-isof-south-1",
  },
];

/** The partition whose region names a region fits; undefined for a region of a kind that this table does not know. */
export function partitionOfRegion(region: string): Partition | undefined {
  return PARTITIONS.find(({ regions }) => regions.test(region));
}

/** The partition that an ARN names in its second field; undefined for what is not an ARN of a known partition. */
export function partitionOfArn(arn: string): Partition | undefined {
  const [prefix, id] = arn.split(":");
  return prefix === "arn" ? PARTITIONS.find((partition) => partition.id === id) : undefined;
}
