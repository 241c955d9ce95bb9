/** A cloud's published request limit. Defaults: most can be raised on request. */
export interface Limit {
  /** The limited operation, and its scope: "Amazon ECR GetAuthorizationToken, per account and region". */
  readonly name: string;
  /** Requests per second that are accepted continuously. */
  readonly perSecond: number;
  /** Requests that are accepted at once after a quiet time. */
  readonly burst: number;
  /** The page with this limit. */
  readonly source: string;
  /** The reason for this number if the cloud publishes none. The results then show the shape, not the size. */
  readonly supposed?: string;
}

/** A quota per minute is a bucket that holds a minute's requests. */
function perMinute(requests: number): Pick<Limit, "perSecond" | "burst"> {
  return { perSecond: requests / 60, burst: requests };
}

/**
 * 500 a second in each region, adjustable (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html). The same guide's page on
 * errors still has the limit from before 2020, 20 a second with bursts of 200.
 */
export const ECR_GET_AUTHORIZATION_TOKEN: Limit = {
  name: "Amazon ECR GetAuthorizationToken, per account and region",
  perSecond: 500,
  burst: 500,
  source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html",
};

/** 200 a second, adjustable (https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html). */
export const ECR_PUBLIC_GET_AUTHORIZATION_TOKEN: Limit = {
  name: "Amazon ECR Public GetAuthorizationToken, per account",
  perSecond: 200,
  burst: 200,
  source: "https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html",
};

/**
 * 600 a second for all of an account's AssumeRole calls in a region, AssumeRoleWithWebIdentity among them
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
 */
export const AWS_STS: Limit = {
  name: "AWS STS AssumeRole*, per account and region",
  perSecond: 600,
  burst: 600,
  source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
};

/**
 * The instance metadata service limits an instance to 1,024 packets a second, with its DNS and time
 * (https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html). A request with its connection is about 10 packets.
 */
export const EC2_INSTANCE_METADATA: Limit = {
  name: "EC2 instance metadata, per instance",
  perSecond: 100,
  burst: 100,
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html",
};

/** 20 a second, and 5 at the same time, for each virtual machine (https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service). */
export const AZURE_INSTANCE_METADATA: Limit & { readonly concurrent: number } = {
  name: "Azure Instance Metadata Service, managed identity, per virtual machine",
  perSecond: 20,
  burst: 20,
  concurrent: 5,
  source: "https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service",
};

/**
 * Microsoft publishes how Entra ID throttles (429 with Retry-After: 60,
 * https://learn.microsoft.com/entra/msal/dotnet/advanced/client-and-server-throttling) but not the rate.
 */
export const ENTRA_TOKEN: Limit = {
  name: "Microsoft Entra ID token endpoint, per tenant",
  perSecond: 200,
  burst: 200,
  source: "https://learn.microsoft.com/entra/msal/dotnet/advanced/client-and-server-throttling",
  supposed: "Microsoft publishes no number; 200 per second is our assumption",
};

/**
 * ReadOps per minute of a registry, by SKU, as Microsoft published them until 2025
 * (https://learn.microsoft.com/azure/container-registry/container-registry-skus); the page now says that throughput depends on the SKU. An
 * exchange is counted as one operation.
 */
export const ACR_EXCHANGE = {
  basic: acrOf("Basic", 1_000),
  standard: acrOf("Standard", 3_000),
  premium: acrOf("Premium", 10_000),
} as const;

function acrOf(sku: string, readOpsPerMinute: number): Limit {
  return {
    name: `Azure Container Registry ${sku}, read operations per registry`,
    ...perMinute(readOpsPerMinute),
    source: "https://learn.microsoft.com/azure/container-registry/container-registry-skus",
  };
}

/** Token exchanges: 6,000 a minute for a project (https://cloud.google.com/iam/quotas). */
export const GOOGLE_STS: Limit = {
  name: "Google Security Token Service, token exchanges per project",
  ...perMinute(6_000),
  source: "https://cloud.google.com/iam/quotas",
};

/** Requests to generate credentials: 60,000 a minute for a project (https://cloud.google.com/iam/quotas). */
export const GOOGLE_IAM_CREDENTIALS: Limit = {
  name: "Google IAM Service Account Credentials, per project",
  ...perMinute(60_000),
  source: "https://cloud.google.com/iam/quotas",
};

/** Every limit of the simulation, for the page. */
export const LIMITS: readonly Limit[] = [
  ECR_GET_AUTHORIZATION_TOKEN,
  ECR_PUBLIC_GET_AUTHORIZATION_TOKEN,
  AWS_STS,
  EC2_INSTANCE_METADATA,
  ENTRA_TOKEN,
  AZURE_INSTANCE_METADATA,
  ACR_EXCHANGE.basic,
  ACR_EXCHANGE.standard,
  ACR_EXCHANGE.premium,
  GOOGLE_STS,
  GOOGLE_IAM_CREDENTIALS,
];
