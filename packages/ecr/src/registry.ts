import { PARTITIONS, type Partition, partitionOfRegion } from "@imagecred/identities/aws/facts";
import type { NotOurs, RegistryDescription } from "@imagecred/protocol";

/** A private registry, parsed from its host name. */
export interface PrivateRegistry {
  readonly kind: "private";
  /** AWS account, 12 digits. */
  readonly account: string;
  readonly region: string;
  readonly partition: Partition;
  /** True for a FIPS endpoint: `dkr.ecr-fips`, `dkr-ecr-fips`. */
  readonly fips: boolean;
  /** True for a dual-stack (IPv4 and IPv6) endpoint: `dkr-ecr`. */
  readonly dualStack: boolean;
}

/** Amazon ECR Public's API is in this region only ("Amazon ECR Public endpoints and quotas", AWS General Reference). */
export const PUBLIC_REGION = "us-east-1";

/** Amazon ECR Public. */
export interface PublicRegistry {
  readonly kind: "public";
  /** True for the dual-stack host. */
  readonly dualStack: boolean;
}

export type Registry = PrivateRegistry | PublicRegistry;

const PUBLIC_HOST = "public.ecr.aws";
/** ECR Public user guide, "Getting started with making requests over IPv6". */
const PUBLIC_DUAL_STACK_HOST = "ecr-public.aws.com";

/**
 * Anchored at both ends. A region is one DNS label of words and a number, joined by dashes, as in all partitions of the
 * SDK's partitions.json. `s3-us-west-2` must not match: below `s3-us-west-2.amazonaws.com`, customers choose the names.
 */
const PRIVATE_HOST =
  /^(\d{12})\.(?:(dkr\.ecr)|(dkr-ecr))(-fips)?\.([a-z]{2,}(?:-[a-z]+)+-\d{1,2})\.([a-z0-9.-]+)$/;

const NOT_ECR: NotOurs = { notOurs: "is not an Amazon ECR registry" };

/** DNS labels are at most this long (RFC 1035 section 2.3.4). */
const LONGEST_LABEL = 63;

/**
 * Parses the host of an image's registry, without port. Letter case is ignored, as in DNS. The region's name and the domain
 * must belong to the same partition; a region with an unknown name is accepted, because AWS adds regions every year.
 */
export function parseRegistryHost(host: string): Registry | NotOurs {
  const name = host.toLowerCase();
  if (name === PUBLIC_HOST || name === PUBLIC_DUAL_STACK_HOST) {
    return { kind: "public", dualStack: name === PUBLIC_DUAL_STACK_HOST };
  }
  const match = PRIVATE_HOST.exec(name);
  if (match === null) return NOT_ECR;
  const [, account = "", , dualStackForm, fips, region = "", suffix = ""] = match;
  const dualStack = dualStackForm !== undefined;
  const candidates = PARTITIONS.filter((partition) => suffixOf(partition, dualStack) === suffix);
  if (candidates.length === 0 || region.length > LONGEST_LABEL) return NOT_ECR;
  const ofRegion = partitionOfRegion(region);
  const partition = ofRegion === undefined ? candidates[0] : candidates.find(({ id }) => id === ofRegion.id);
  if (partition === undefined) {
    return {
      notOurs: `is not a registry: region ${region} belongs to ${describePartition(ofRegion, dualStack)}`,
      typo: true,
    };
  }
  return { kind: "private", account, region, partition, fips: fips !== undefined, dualStack };
}

function suffixOf(partition: Partition, dualStack: boolean): string | undefined {
  return dualStack ? partition.dualStackSuffix : partition.suffix;
}

function describePartition(partition: Partition | undefined, dualStack: boolean): string {
  if (partition === undefined) return "another partition";
  const suffix = suffixOf(partition, dualStack);
  const form = suffix === undefined ? "has no hosts of this form" : `has its registries under ${suffix}`;
  return `partition ${partition.id}, which ${form}`;
}

/** All forms of host that {@link parseRegistryHost} accepts, as patterns of matchImages. */
export function hostForms(): readonly string[] {
  return forms(() => true);
}

/** The forms that AWS documents, for matchImages. */
export function documentedHostForms(): readonly string[] {
  return forms(({ fips }) => fips);
}

function forms(hasFips: (partition: Partition) => boolean): readonly string[] {
  const hosts = PARTITIONS.flatMap((partition) => {
    const { suffix, dualStackSuffix } = partition;
    const kinds = hasFips(partition) ? ["", "-fips"] : [""];
    return [
      ...kinds.map((kind) => `*.dkr.ecr${kind}.*.${suffix}`),
      ...(dualStackSuffix === undefined ? [] : kinds.map((kind) => `*.dkr-ecr${kind}.*.${dualStackSuffix}`)),
    ];
  });
  return [...new Set(hosts), PUBLIC_HOST, PUBLIC_DUAL_STACK_HOST];
}

/** Description of a registry for people. */
export function describeRegistry(registry: Registry): RegistryDescription {
  if (registry.kind === "public") return { service: "Amazon ECR Public", details: "" };
  const { account, region, fips, dualStack } = registry;
  const words = [
    `account ${account}`,
    `region ${region}`,
    ...(fips ? ["FIPS"] : []),
    ...(dualStack ? ["dual-stack"] : []),
  ];
  return { service: "Amazon ECR", details: words.join(", ") };
}
