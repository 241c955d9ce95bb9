import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pypiSource } from "./pypi-source.ts";
import type { Source } from "./source.ts";

const ENDPOINT_RULES = "tests/functional/endpoint-rules";
const CONFIGURED = "tests/functional/configured_endpoint_urls/profile-tests.json";

/** One row of AWS's endpoint tests: the rules' input, and the URL (without a trailing slash) or the error. */
export interface EndpointRow {
  readonly documentation: string;
  readonly params?: {
    readonly Region?: string;
    readonly UseFIPS?: boolean;
    readonly UseDualStack?: boolean;
    readonly UseGlobalEndpoint?: boolean;
    readonly Endpoint?: string;
  };
  readonly expect: { readonly endpoint?: { readonly url: string }; readonly error?: string };
}

/** A row of AWS's tests of configured endpoints; each name is the key of a table in {@link ConfiguredEndpoints}. */
export interface ConfiguredRow {
  readonly name: string;
  readonly profile: string;
  readonly client_config: string;
  readonly environment: string;
  readonly service: string;
  readonly output: { readonly endpointUrl: string };
}

export interface ConfiguredEndpoints {
  readonly profiles: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly endpointUrlTests: readonly ConfiguredRow[];
}

/** A partition of AWS's partitions.json. */
export interface PartitionRow {
  readonly id: string;
  readonly regionRegex: string;
  readonly regions: Readonly<Record<string, unknown>>;
  readonly outputs: { readonly dnsSuffix: string; readonly dualStackDnsSuffix: string };
}

/** The endpoint tests and data of botocore, AWS's client for Python. */
export function botocore(): Source {
  return pypiSource(
    "botocore",
    "1.44.8",
    "945b783c1a1259e2a8b078f3f3dd40fae32ea84ab01d3a9953af6b378da7108a",
    [
      ...["ecr", "ecr-public", "sts"].map((service) => `${ENDPOINT_RULES}/${service}`),
      CONFIGURED,
      "botocore/data/partitions.json",
    ],
  );
}

function read(path: string): unknown {
  const { directory, missing } = botocore();
  return missing === undefined ? JSON.parse(readFileSync(join(directory, path), "utf8")) : undefined;
}

/** Empty if botocore is not available; its tests are then skipped. */
export function endpointRows(service: "ecr" | "ecr-public" | "sts"): readonly EndpointRow[] {
  const file = read(`${ENDPOINT_RULES}/${service}/endpoint-tests-1.json`);
  return (file as { readonly testCases: readonly EndpointRow[] } | undefined)?.testCases ?? [];
}

/** undefined if botocore is not available. */
export function configuredEndpoints(): ConfiguredEndpoints | undefined {
  const file = read(CONFIGURED) as { readonly testSuites: readonly ConfiguredEndpoints[] } | undefined;
  return file?.testSuites[0];
}

/** Empty if botocore is not available. */
export function partitionRows(): readonly PartitionRow[] {
  const file = read("botocore/data/partitions.json");
  return (file as { readonly partitions: readonly PartitionRow[] } | undefined)?.partitions ?? [];
}
