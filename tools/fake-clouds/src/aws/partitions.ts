/**
 * AWS's partitions, as the SDKs' endpoint data lists them
 * (https://github.com/aws/aws-sdk-js-v3, partitions.json; https://docs.aws.amazon.com/general/latest/gr/rande.html).
 */
export interface Partition {
  readonly name: string;
  readonly suffix: string;
  readonly dualStackSuffix: string;
  readonly region: RegExp;
  /** One of its regions, for examples. */
  readonly exampleRegion: string;
  /** Host suffix of dual-stack registries, if the partition has them. */
  readonly dualStackRegistrySuffix?: string;
}

export const PARTITIONS: readonly Partition[] = [
  {
    name: "aws",
    suffix: "amazonaws.com",
    dualStackSuffix: "api.aws",
    region: /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/,
    exampleRegion: "us-west-2",
    dualStackRegistrySuffix: "on.aws",
  },
  {
    name: "aws-us-gov",
    suffix: "amazonaws.com",
    dualStackSuffix: "api.aws",
    region: /^us-gov-[a-z]+-\d+$/,
    exampleRegion: "us-gov-west-1",
    dualStackRegistrySuffix: "on.aws",
  },
  {
    name: "aws-cn",
    suffix: "amazonaws.com.cn",
    dualStackSuffix: "api.amazonwebservices.com.cn",
    region: /^cn-[a-z]+-\d+$/,
    exampleRegion: "cn-north-1",
    dualStackRegistrySuffix: "on.amazonwebservices.com.cn",
  },
  {
    name: "aws-eusc",
    suffix: "amazonaws.eu",
    dualStackSuffix: "api.amazonwebservices.eu",
    region: /^eusc-(de)-[a-z]+-\d+$/,
    exampleRegion: "eusc-de-east-1",
  },
  {
    name: "aws-iso",
    suffix: "c2s.ic.gov",
    dualStackSuffix: "api.aws.ic.gov",
    region: /^us-iso-[a-z]+-\d+$/,
    exampleRegion: "us-iso-east-1",
  },
  {
    name: "aws-iso-b",
    suffix: "sc2s.sgov.gov",
    dualStackSuffix: "api.aws.scloud",
    region: /^us-isob-[a-z]+-\d+$/,
    exampleRegion: "us-isob-east-1",
  },
  {
    name: "aws-iso-e",
    suffix: "cloud.adc-e.uk",
    dualStackSuffix: "api.cloud-aws.adc-e.uk",
    region: /^eu-isoe-[a-z]+-\d+$/,
    exampleRegion: "eu-isoe-west-1",
  },
  {
    name: "aws-iso-f",
    suffix: "csp.hci.ic.gov",
    dualStackSuffix: "api.aws.hci.ic.gov",
    region: /^us-isof-[a-z]+-\d+$/,
    exampleRegion: "us-isof-south-1",
  },
];

/** A parsed API host. */
export interface Endpoint {
  readonly api: "ecr" | "ecr-public" | "sts" | "rolesanywhere";
  /** Region that requests to it must be signed for. */
  readonly region: string;
  readonly partition: string;
}

/** First labels of each API's hosts by kind of suffix, from the SDKs and AWS's documentation. */
const PREFIXES = {
  suffix: {
    "api.ecr": "ecr",
    "api.ecr-fips": "ecr",
    "ecr-fips": "ecr",
    "api.ecr-public": "ecr-public",
    sts: "sts",
    "sts-fips": "sts",
    rolesanywhere: "rolesanywhere",
    "rolesanywhere-fips": "rolesanywhere",
  },
  dualStackSuffix: {
    ecr: "ecr",
    "ecr-fips": "ecr",
    "ecr-public": "ecr-public",
    sts: "sts",
    "sts-fips": "sts",
    rolesanywhere: "rolesanywhere",
    "rolesanywhere-fips": "rolesanywhere",
  },
} as const;

/** Parses an AWS API host name; undefined if there is no such host. */
export function parseEndpoint(host: string): Endpoint | undefined {
  if (host === "sts.amazonaws.com") return { api: "sts", region: "us-east-1", partition: "aws" };
  for (const partition of PARTITIONS) {
    for (const kind of ["suffix", "dualStackSuffix"] as const) {
      const rest = before(host, `.${partition[kind]}`);
      const cut = rest?.lastIndexOf(".") ?? -1;
      if (rest === undefined || cut < 0) continue;
      const region = rest.slice(cut + 1);
      const prefixes: Readonly<Record<string, Endpoint["api"]>> = PREFIXES[kind];
      const api = prefixes[rest.slice(0, cut)];
      if (api === undefined || !partition.region.test(region)) continue;
      // ECR Public's API is in two regions of the commercial partition; tokens come from us-east-1 only.
      if (api === "ecr-public" && (partition.name !== "aws" || region !== "us-east-1")) continue;
      return { api, region, partition: partition.name };
    }
  }
  return undefined;
}

/** A private registry's parsed host. */
export interface RegistryHost {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

/** Parses a private registry's host name; undefined if there is no such host. */
export function parseRegistryHost(host: string): RegistryHost | undefined {
  const [, account = "", style, region = "", suffix] =
    /^(\d{12})\.dkr([.-])ecr(?:-fips)?\.([a-z0-9-]+)\.(.+)$/.exec(host) ?? [];
  const partition = PARTITIONS.find(
    (each) =>
      each.region.test(region) && suffix === (style === "." ? each.suffix : each.dualStackRegistrySuffix),
  );
  return partition && { account, region, partition: partition.name };
}

/** `amazonaws.com` for `aws`; empty for a partition that does not exist. */
export function suffixOf(partition: string): string {
  return PARTITIONS.find(({ name }) => name === partition)?.suffix ?? "";
}

function before(text: string, end: string): string | undefined {
  return text.endsWith(end) ? text.slice(0, -end.length) : undefined;
}
