import { type Options, optionsOf } from "../cross-cloud/shell.ts";

/** One `gcloud` command: its options, and which of them are required. */
interface GcloudCommand {
  /** Number of positional arguments. */
  readonly positional: number;
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

/**
 * The `gcloud` commands of the pages. The program is in no package registry that tests can reach, so this table is maintained
 * by hand, from its reference: https://cloud.google.com/sdk/gcloud/reference followed by the command's words.
 */
const COMMANDS: Readonly<Record<string, GcloudCommand>> = {
  "services enable": { positional: -1, required: [] },
  "iam service-accounts create": {
    positional: 1,
    required: [],
    optional: ["--display-name", "--description"],
  },
  "iam service-accounts describe": { positional: 1, required: [] },
  "iam service-accounts add-iam-policy-binding": {
    positional: 1,
    required: ["--member", "--role"],
    optional: ["--condition"],
  },
  "artifacts repositories add-iam-policy-binding": {
    positional: 1,
    required: ["--member", "--role"],
    optional: ["--location", "--condition"],
  },
  "iam workload-identity-pools create-cred-config": {
    positional: 1,
    required: ["--output-file"],
    optional: ["--service-account", "--aws", "--enable-imdsv2", "--azure", "--app-id-uri"],
  },
  "iam workload-identity-pools create": {
    positional: 1,
    required: ["--location"],
    optional: ["--display-name", "--description", "--disabled"],
  },
  "iam workload-identity-pools providers create-oidc": {
    positional: 1,
    required: ["--location", "--workload-identity-pool", "--issuer-uri", "--attribute-mapping"],
    optional: [
      "--allowed-audiences",
      "--attribute-condition",
      "--jwk-json-path",
      "--display-name",
      "--description",
    ],
  },
  "iam workload-identity-pools providers create-aws": {
    positional: 1,
    required: ["--location", "--workload-identity-pool", "--account-id"],
    optional: ["--attribute-mapping", "--attribute-condition", "--display-name", "--description"],
  },
  "iam workload-identity-pools providers create-x509": {
    positional: 1,
    required: ["--location", "--workload-identity-pool", "--trust-store-config-path", "--attribute-mapping"],
    optional: ["--attribute-condition", "--display-name", "--description"],
  },
};

/** Options that every command has (https://cloud.google.com/sdk/gcloud/reference#GLOBAL-FLAGS). */
const GLOBAL = ["--project", "--format", "--quiet", "--account", "--impersonate-service-account"];

const SWITCHES: ReadonlySet<string> = new Set([
  "--disabled",
  "--quiet",
  "--aws",
  "--azure",
  "--enable-imdsv2",
]);

/** The mistake in a `gcloud` command, or undefined. @param words without the program's name */
export function gcloudProblem(words: readonly string[]): string | undefined {
  const name = Object.keys(COMMANDS)
    .toSorted((a, b) => b.length - a.length)
    .find((each) => words.join(" ").startsWith(`${each} `));
  const command = name === undefined ? undefined : COMMANDS[name];
  if (name === undefined || command === undefined) return "the table has no such command";
  const options: Options = optionsOf(words.slice(name.split(" ").length), SWITCHES);
  const { required, optional = [], positional } = command;
  const given = [...options.values.keys()];
  const unknown = given.find((each) => ![...required, ...optional, ...GLOBAL].includes(each));
  if (unknown !== undefined) return `${name} has no option ${unknown}`;
  const missing = required.find((each) => !given.includes(each));
  if (missing !== undefined) return `${name} needs ${missing}`;
  if (positional >= 0 && options.positional.length !== positional)
    return `${name} has ${positional} argument, and not ${options.positional.length}`;
  const several = given.find((each) => !SWITCHES.has(each) && (options.values.get(each)?.length ?? 0) !== 1);
  return several === undefined ? undefined : `${several} has to have one value`;
}
