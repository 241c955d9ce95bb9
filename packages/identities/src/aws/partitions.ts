/**
 * An AWS partition, with its own accounts, regions and domain names. Domain names and region names are from the AWS SDK's
 * partitions.json and the ECR user guide ("Amazon ECR registries", "Getting started with making requests over IPv6").
 */
export interface Partition {
  /** Its name in ARNs: `aws`, `aws-cn`, `aws-us-gov`, ... */
  readonly id: string;
  /** Domain of registries: `<account>.dkr.ecr.<region>.<suffix>`. */
  readonly suffix: string;
  /** Domain of APIs' dual-stack endpoints: `sts.<region>.<apiDualStackSuffix>`. */
  readonly apiDualStackSuffix: string;
  /** Domain of dual-stack registries: `<account>.dkr-ecr.<region>.<dualStackSuffix>`; undefined if there are none. */
  readonly dualStackSuffix: string | undefined;
  /** Whether AWS documents FIPS hosts (`dkr.ecr-fips`) for regions of this partition. */
  readonly fips: boolean;
  /** Form of this partition's region names. AWS adds regions every year, so a name that matches no partition is valid. */
  readonly regions: RegExp;
  /** The partition's oldest region, whose STS is used for its roles if the node is in another partition. */
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

/** All partitions, the commercial one first. */
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

/** The partition whose region names match a region; undefined if none does. */
export function partitionOfRegion(region: string): Partition | undefined {
  return PARTITIONS.find(({ regions }) => regions.test(region));
}

/** The partition in an ARN's second field; undefined if the text is not an ARN of a known partition. */
export function partitionOfArn(arn: string): Partition | undefined {
  const [prefix, id] = arn.split(":");
  return prefix === "arn" ? PARTITIONS.find((partition) => partition.id === id) : undefined;
}
