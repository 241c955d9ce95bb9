/** `init --cross-cloud`: both sides of every route from one kind of node or pod to the chosen clouds' registries. */

import { azureFactsOf } from "../distributions/clouds.ts";
import { identitiesFileOf } from "../distributions/identities.ts";
import type { AzureCloudName, Cloud, OutputFile } from "../distributions/types.ts";
import { UsageError } from "../errors.ts";
import { capitalized } from "../output/text.ts";
import { parseSettings, valuesFor } from "./given-values.ts";
import { providerName } from "./google.ts";
import { type BothSides, type Route, SOURCES, type Source } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { VALUES, type ValueName, type Values } from "./values.ts";

/** The options for `--cross-cloud`. */
export interface CrossCloudOptions {
  readonly from: string;
  readonly clouds: readonly Cloud[];
  /** `NAME=VALUE` */
  readonly settings: readonly string[];
  readonly azureCloud: AzureCloudName | undefined;
}

/** The files and instructions that `init` writes in addition to the kubelet's configuration. */
export interface CrossCloudPlan {
  readonly from: Source;
  /** Pages of the routes, in the order of the clouds. */
  readonly pages: readonly string[];
  /** The `--identities` file. */
  readonly identities: OutputFile;
  /** The other side: commands, Terraform and the files that they use, in a directory for each route. */
  readonly files: readonly OutputFile[];
  /** For pods: the manifest of their service account. */
  readonly serviceAccount: OutputFile | undefined;
  /** For pods that pull from Google: the full name of the pool's provider. */
  readonly googleProvider: string | undefined;
  readonly notes: readonly string[];
}

/** The cloud whose registries accept the node's own identity. */
const HOME: Readonly<Partial<Record<Source, Cloud>>> = {
  ec2: "aws",
  azure: "azure",
  arc: "azure",
  gce: "gcp",
};

/** Plans all files, without reading or writing any. @throws {UsageError} */
export function planCrossCloud({
  from: word,
  clouds,
  settings,
  azureCloud,
}: CrossCloudOptions): CrossCloudPlan {
  const from = SOURCES.find((each) => each === word);
  if (from === undefined)
    throw new UsageError(`--cross-cloud ${word}: unknown; expected one of ${SOURCES.join(", ")}`);
  const given = parseSettings(settings);
  const routes = routesFor(from, clouds, given);
  const values = valuesFor(routes, from, given, azureFactsOf(azureCloud));
  const sides = routes.map((route) => ({ route, both: route.bothSides(values, from) }));
  const pods = from === "pods";
  return {
    from,
    pages: routes.map(({ page }) => page),
    identities: identitiesFileOf(
      sides.flatMap(({ route, both }) => entryOf(route, both)),
      "the identity for each registry",
    ),
    files: sides.flatMap(({ route, both }) => filesOf(route, both)),
    serviceAccount: pods
      ? serviceAccountFile(
          sides.map(({ both }) => both),
          values,
        )
      : undefined,
    googleProvider: pods && clouds.includes("gcp") ? providerName("pods", values) : undefined,
    notes: notesFor(routes, values.missing),
  };
}

/** The routes from a kind of node or pod to the clouds. @throws {UsageError} if there are none */
function routesFor(
  from: Source,
  clouds: readonly Cloud[],
  given: ReadonlyMap<ValueName, string>,
): readonly Route[] {
  const otherTenant = given.has("partner-tenant") || given.has("partner-registry");
  const routes = clouds.flatMap((cloud) =>
    ROUTES.filter(
      (route) => route.to === cloud && route.from.includes(from) && (HOME[from] !== cloud || otherTenant),
    ),
  );
  if (routes.length > 0) return routes;
  const hint =
    from === "azure"
      ? "; for a registry of another tenant give --set partner-tenant and partner-registry"
      : "";
  throw new UsageError(
    `--cross-cloud ${from} with --cloud ${clouds.join(",")}: not needed, because that cloud accepts the nodes' own identity; give the registries' cloud${hint}`,
  );
}

const PARTS: Readonly<Record<Cloud, string>> = { aws: "aws", azure: "azure", gcp: "google" };

/** An entry of the identity map, as lines of YAML. */
function entryOf({ page, to }: Route, { registry, identity }: BothSides): readonly string[] {
  return [
    `# ${pageName(page)}`,
    `- registries: [${JSON.stringify(registry)}]`,
    `  ${PARTS[to]}:`,
    ...Object.entries(identity).flatMap(([name, field]) =>
      typeof field === "string"
        ? [`    ${name}: ${JSON.stringify(field)}`]
        : [
            `    ${name}:`,
            ...Object.entries(field).map(([inner, text]) => `      ${inner}: ${JSON.stringify(text)}`),
          ],
    ),
  ];
}

function pageName(page: string): string {
  return `docs/identity/${page}.md`;
}

function filesOf({ page, title }: Route, both: BothSides): readonly OutputFile[] {
  return [
    { name: `${page}/commands.sh`, content: commandsFile(page, title, both), about: title },
    { name: `${page}/main.tf`, content: both.terraform, about: "the same in Terraform" },
    ...Object.entries(both.files).map(([name, content]) => ({
      name: `${page}/${name}`,
      content,
      about: "used by both",
    })),
  ];
}

function commandsFile(page: string, title: string, { steps }: BothSides): string {
  const parts = steps.map(({ heading, before, commands }) =>
    [`# ${heading}`, ...(before === undefined ? [] : [`# ${before}`]), ...commands, ""].join("\n"),
  );
  return `# ${title}: ${pageName(page)} explains each step.
# Run these commands in order, in this directory, or apply main.tf, which does the same with Terraform.

${parts.join("\n")}`;
}

/** One manifest for all clouds: applying a second one would remove the annotations of the first. */
function serviceAccountFile(sides: readonly BothSides[], values: Values): OutputFile {
  const annotations = sides.flatMap((both) => Object.entries(both.annotations ?? {}));
  const content = [
    "apiVersion: v1",
    "kind: ServiceAccount",
    "metadata:",
    `  namespace: ${values.of("namespace")}`,
    `  name: ${values.of("service-account")}`,
    "  annotations:",
    ...annotations.map(([key, value]) => `    ${key}: ${value}`),
    "",
  ].join("\n");
  return { name: "service-account.yaml", content, about: "the pods' service account, with its identities" };
}

function notesFor(routes: readonly Route[], missing: readonly ValueName[]): readonly string[] {
  const first = `Set up the other side first: ${routes.map(({ page }) => `${page}/commands.sh`).join(", ")}, or main.tf next to it.`;
  const later = missing.map((name) => {
    const { about, printedBy } = { printedBy: "", ...VALUES[name] };
    return `${about}: "${printedBy}" prints it. Then run init again with --set ${name}=VALUE --force to replace REPLACE-${name} everywhere.`;
  });
  return [first, ...later.map(capitalized)];
}
