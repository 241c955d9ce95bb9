import { API_VERSION, KIND } from "@imagecred/identity-map";
import { UsageError } from "../errors.ts";
import { PLUGINS } from "../plugins/known-plugins.ts";
import type { Cloud, OutputFile } from "./types.ts";

/** Name of the file in the directory that `init` writes. */
export const IDENTITIES_NAME = "identities.yaml";

/** An example entry for each cloud, as lines of YAML. */
const ENTRIES: Readonly<Record<Cloud, () => readonly string[]>> = {
  aws: () => [
    "# Every account with registries has a role of this name.",
    `- registries: ${JSON.stringify(PLUGINS.aws.matchImages.filter((pattern) => pattern.startsWith("*")))}`,
    "  aws:",
    "    roleArn: arn:{partition}:iam::{account}:role/image-pull",
  ],
  azure: () => [
    "# Registries of another tenant. All others use the node's own tenant.",
    "- registries: [partner.azurecr.io]",
    "  azure:",
    "    tenantId: partner.onmicrosoft.com",
  ],
  gcp: () => [
    "# Every project with repositories has a service account of this name.",
    '- registries: ["*.pkg.dev", gcr.io, "*.gcr.io"]',
    "  google:",
    "    impersonateServiceAccount: image-puller@{project}.iam.gserviceaccount.com",
  ],
};

/** An `--identities` file with an example entry for each cloud. */
export function identitiesFile(clouds: readonly Cloud[]): OutputFile {
  const lines = clouds.flatMap((cloud) => ENTRIES[cloud]());
  return identitiesFileOf(lines, "the identity for each registry: edit it");
}

/** The file with these entries. @param lines YAML of a list, without indentation */
export function identitiesFileOf(lines: readonly string[], about: string): OutputFile {
  const entries = lines.map((line) => `  ${line}\n`);
  return {
    name: IDENTITIES_NAME,
    content: `# The identity for each registry (docs/many-accounts.md). The first entry that matches an image applies.
apiVersion: ${API_VERSION}
kind: ${KIND}
identities:
${entries.join("")}`,
    about,
  };
}

/**
 * Notes about the file for operators.
 * @param first the operator's first step
 * @param by the program that installs it on the nodes; undefined if the operator does
 */
export function identitiesNotes(
  path: string,
  first: "Edit" | "Read",
  by: "imagecred install" | "the chart" | undefined,
): readonly string[] {
  const put =
    by === undefined
      ? `and install it on every node as ${path}, writable only by root, before the configuration: without it every pull through these plugins fails`
      : `then ${by} installs it on the nodes as ${path}. Plugins read it on every run: a change does not require a restart of the kubelet`;
  return [`${first} ${IDENTITIES_NAME}, ${put}.`];
}

/** @throws {UsageError} for a text that is not the absolute path of a file */
export function checkIdentitiesPath(path: string): void {
  if (/^\/(?:[^/\s]+\/)*[^/\s]+$/.test(path)) return;
  throw new UsageError(
    `--identities ${path}: expected the path of a file on the nodes, such as /etc/kubernetes/identities.yaml`,
  );
}
