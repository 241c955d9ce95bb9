import { type Source as InitSource, namesFor, ROUTES } from "@imagecred/cli/cross-cloud";
import { bench } from "@imagecred/cli/testing";
import type { Clouds } from "@imagecred/fake-clouds";
import { type Cell, isCluster, type NodeSide } from "./matrix.ts";
import type { Source } from "./route.ts";
import { SetUp } from "./set-up.ts";
import { commandsIn } from "./shell.ts";

/** The words that give `init` what the pages show: those of all routes, and what a page has of its own. */
const SETTINGS: Readonly<Record<string, string>> = {
  "aws-account": "123456789012",
  "aws-node-role": "node",
  "aws-issuer": "https://56789012-bbbb-4ccc-8ddd-123456789012.tokens.sts.global.api.aws",
  "trust-anchor":
    "arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/50000000-eeee-4eee-8eee-000000000002",
  "anywhere-profile":
    "arn:aws:rolesanywhere:us-west-2:123456789012:profile/60000000-ffff-4fff-8fff-000000000002",
  issuer: "https://oidc.example.com/clusters/on-premises",
  "service-account": "app",
  "azure-tenant": "10000000-aaaa-4aaa-8aaa-000000000001",
  "azure-registry": registry("30000000-cccc-4ccc-8ccc-000000000001", "myreg"),
  "aws-audience-application": application(5),
  "google-audience-application": application(6),
  "partner-application": application(4),
  "partner-tenant": "10000000-aaaa-4aaa-8aaa-000000000005",
  "partner-registry": registry("30000000-cccc-4ccc-8ccc-000000000005", "partnerreg"),
  "identity-group": "nodes",
  "identity-name": "kubelet",
  "identity-client-id": "20000000-bbbb-4bbb-8bbb-000000000004",
  "identity-object-id": "20000000-bbbb-4bbb-8bbb-000000000014",
  "google-project": "imagecred-prod",
  "google-project-number": "123456789012",
  "google-location": "us-central1",
  "google-repository": "repo",
  "google-node-account": "node@imagecred-prod.iam.gserviceaccount.com",
  "google-node-account-id": "102030405060708090100",
  "google-audience": "https://aws.example.com/image-pulls",
};

/** The application of each page that makes one which may pull. */
const APPLICATIONS: Readonly<Record<string, string>> = {
  "pods-to-azure": application(1),
  "ec2-to-azure": application(2),
  "gce-to-azure": application(3),
  "certificate-to-azure": application(7),
};

const CLOUD_OF = { ecr: "aws", acr: "azure", gcr: "gcp" } as const;

function application(number: number): string {
  return `70000000-aaaa-4aaa-8aaa-00000000000${number}`;
}

function registry(subscription: string, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/${name}`;
}

/** What `init` writes, by the files' names. */
export type WrittenFiles = ReadonlyMap<string, string>;

/** What `imagecred init --cross-cloud` writes for a cell, with the values of its page; those of the source's cluster or machine in their place. */
export async function writtenByInit({ route, source }: Cell, clouds?: Clouds): Promise<WrittenFiles> {
  using place = bench();
  const from = sourceOf(source);
  const known = ROUTES.find(({ page }) => page === route.page);
  if (known === undefined) throw new Error(`init has no route ${route.page}`);
  const given = { ...SETTINGS, ...ownSettings(route.page, source, clouds) };
  const settings = namesFor(known, from).flatMap((name) => {
    const value = given[name];
    return value === undefined ? [] : ["--set", `${name}=${value}`];
  });
  const { code, stdout, stderr } = await place.run([
    ...["init", "--distribution", "kubeadm", "--cloud", CLOUD_OF[route.plugin], "-o", "json"],
    ...["--cross-cloud", from, ...settings],
  ]);
  if (code !== 0) throw new Error(`${route.page}: ${stderr}`);
  const { files } = JSON.parse(stdout) as {
    readonly files: readonly { readonly name: string; readonly content: string }[];
  };
  return new Map(files.map(({ name, content }) => [name, content]));
}

function sourceOf(source: Source): InitSource {
  return isCluster(source) ? "pods" : source;
}

function ownSettings(page: string, source: Source, clouds?: Clouds): Readonly<Record<string, string>> {
  return {
    ...(APPLICATIONS[page] === undefined ? {} : { "azure-application": APPLICATIONS[page] }),
    ...(isCluster(source) && clouds !== undefined ? { issuer: clouds.clusters[source].issuer } : {}),
    ...(source === "arc" && clouds !== undefined
      ? { "identity-object-id": clouds.azure.population("public").machine[0].app.objectId }
      : {}),
  };
}

/** The text of a file. */
export function fileOf(written: WrittenFiles, name: string): string {
  const content = written.get(name);
  if (content === undefined) throw new Error(`init wrote no ${name}`);
  return content;
}

/** Does what the commands say that were written for a cell. @returns what the node has to have */
export function followWritten({ route: { page } }: Cell, written: WrittenFiles, clouds: Clouds): NodeSide {
  const identities = fileOf(written, "identities.yaml");
  const read = (name: string) => fileOf(written, `${page}/${name}`);
  new SetUp(clouds, { read, nodeSide: identities }).run(commandsIn(read("commands.sh"), page));
  return {
    configuration: fileOf(written, "credential-provider-config.yaml"),
    serviceAccount: written.get("service-account.yaml") ?? "",
    identities,
  };
}
