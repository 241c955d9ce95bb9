import { type Source as InitSource, namesFor, ROUTES, VALUES } from "@imagecred/cli/cross-cloud";
import { bench } from "@imagecred/cli/testing";
import type { Clouds } from "@imagecred/fake-clouds";
import { type Cell, isCluster, type NodeSide } from "./matrix.ts";
import type { Source } from "./route.ts";
import { SetUp } from "./set-up.ts";
import { commandsIn } from "./shell.ts";

/** For each page that creates an application that may pull: the application. */
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

/** The files that `init` writes, by name. */
export type WrittenFiles = ReadonlyMap<string, string>;

/** The files that `imagecred init --cross-cloud` writes for a cell, with the values of its page, or those of the source's cluster or machine. */
export async function writtenByInit({ route, source }: Cell, clouds?: Clouds): Promise<WrittenFiles> {
  using place = bench();
  const from = sourceOf(source);
  const known = ROUTES.find(({ page }) => page === route.page);
  if (known === undefined) throw new Error(`init has no route ${route.page}`);
  const own = ownSettings(route.page, source, clouds);
  // The pages show the examples that `init` prints.
  const settings = namesFor(known, from).flatMap((name) => [
    "--set",
    `${name}=${own[name] ?? VALUES[name].example}`,
  ]);
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

/** Applies the commands that `init` wrote for a cell. @returns the configuration of the node */
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
