import { API_VERSION, KIND } from "@imagecred/identity-map";
import { UsageError } from "../errors.ts";
import { PLUGINS } from "../plugins/known-plugins.ts";
import type { Cloud, OutputFile } from "./types.ts";

/** Name of the file in the directory that `init` writes. */
export const IDENTITIES_NAME = "identities.yaml";

/** An entry to start from, for each cloud: lines of YAML. */
const ENTRIES: Readonly<Record<Cloud, () => readonly string[]>> = {
  aws: () => [
    "# Every account whose registries are pulled from has a role of this name.",
    `- registries: ${JSON.stringify(PLUGINS.aws.matchImages.filter((pattern) => pattern.startsWith("*")))}`,
    "  aws:",
    "    roleArn: arn:{partition}:iam::{account}:role/image-pull",
  ],
  azure: () => [
    "# Registries of another tenant. Those that are not named here keep the node's own tenant.",
    "- registries: [partner.azurecr.io]",
    "  azure:",
    "    tenantId: partner.onmicrosoft.com",
  ],
  gcp: () => [
    "# Every project whose repositories are pulled from has an account of this name.",
    '- registries: ["*.pkg.dev", gcr.io, "*.gcr.io"]',
    "  google:",
    "    impersonateServiceAccount: image-puller@{project}.iam.gserviceaccount.com",
  ],
};

/** The file of `--identities` to start from. */
export function identitiesFile(clouds: readonly Cloud[]): OutputFile {
  const lines = clouds.flatMap((cloud) => ENTRIES[cloud]());
  return identitiesFileOf(lines, "which identity each registry is asked with: edit it");
}

/** The file with these entries. @param lines YAML of a list, without indentation */
export function identitiesFileOf(lines: readonly string[], about: string): OutputFile {
  const entries = lines.map((line) => `  ${line}\n`);
  return {
    name: IDENTITIES_NAME,
    content: `# Which identity each registry is asked with (docs/many-accounts.md). The first entry that matches an image is used.
apiVersion: ${API_VERSION}
kind: ${KIND}
identities:
${entries.join("")}`,
    about,
  };
}

/**
 * What an operator has to know about the file.
 * @param first what is to be done with it before
 * @param by what puts it on the nodes; undefined where that is the operator
 */
export function identitiesNotes(
  path: string,
  first: "Edit" | "Read",
  by: "imagecred install" | "the chart" | undefined,
): readonly string[] {
  const put =
    by === undefined
      ? `and put it on every node as ${path}, for root alone to write, before the configuration: without it every pull through these plugins fails`
      : `then ${by} puts it on the nodes as ${path}. Plugins read it on every pull: a change needs no restart of kubelets`;
  return [`${first} ${IDENTITIES_NAME}, ${put}.`];
}

/** @throws {UsageError} for what is no path of a file on a node */
export function checkIdentitiesPath(path: string): void {
  if (/^\/(?:[^/\s]+\/)*[^/\s]+$/.test(path)) return;
  throw new UsageError(
    `--identities ${path}: expected the path of a file on the nodes, such as /etc/kubernetes/identities.yaml`,
  );
}
