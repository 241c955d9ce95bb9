import { acrFacts } from "@imagecred/acr/facts";
import { bench } from "@imagecred/cli/testing";
import { ecrFacts } from "@imagecred/ecr/facts";
import { gcrFacts } from "@imagecred/gcr/facts";
import type { PluginFacts } from "@imagecred/protocol";
import { configurationsIn, documentsOf, type Provider } from "../configurations.ts";
import { code, codes, type Region, table } from "./table.ts";

/** The plugins by the names of their pages, with init's name for their cloud, and what else a node of that cloud needs. */
const PLUGINS = {
  ecr: { facts: ecrFacts, cloud: "aws", options: [] },
  acr: {
    facts: acrFacts,
    cloud: "azure",
    options: ["--azure-cloud", "AzurePublicCloud", "--azure-config", "/etc/kubernetes/azure.json"],
  },
  gcr: { facts: gcrFacts, cloud: "gcp", options: [] },
} as const;

export type PageName = keyof typeof PLUGINS;
export const PAGE_NAMES: readonly PageName[] = ["ecr", "acr", "gcr"];

/** The plugin that a page is about. */
export function factsOf(
  name: PageName,
): Pick<PluginFacts, "name" | "service" | "matchImages" | "credentialSeconds"> {
  return PLUGINS[name].facts;
}

/** The configuration that `imagecred init` writes for the plugin's cloud. */
async function written(name: PageName): Promise<string> {
  using place = bench();
  const { cloud, options } = PLUGINS[name];
  const { stdout } = await place.run([
    "init",
    "--cloud",
    cloud,
    "--distribution",
    "kubeadm",
    "--stdout",
    ...options,
  ]);
  return stdout;
}

/** The entry that `imagecred init` writes for a plugin, as an object. */
export async function initProvider(name: PageName): Promise<Provider> {
  const [configuration] = documentsOf(await written(name)).flatMap(configurationsIn);
  const provider = configuration?.providers[0];
  if (provider === undefined) throw new Error(`init writes no provider for ${name}`);
  return provider;
}

/** Hosts of each plugin's registries as people write them, by the plugin's page. */
const SHORT: Readonly<Record<PageName, readonly string[]>> = {
  ecr: ["ACCOUNT.dkr.ecr.REGION.amazonaws.com", "public.ecr.aws"],
  acr: ["NAME.azurecr.io", "NAME.azurecr.cn", "NAME.azurecr.us"],
  gcr: ["LOCATION-docker.pkg.dev", "gcr.io", "LOCATION.gcr.io"],
};

async function whichPlugin(): Promise<string> {
  const rows = await Promise.all(
    PAGE_NAMES.map(async (name) => {
      const { defaultCacheDuration = "" } = await initProvider(name);
      const { service, credentialSeconds } = factsOf(name);
      return [
        `${service}: ${codes(SHORT[name])} and [its other hosts](${name}.md#registries)`,
        code(factsOf(name).name),
        `${credentialSeconds / 3600} h`,
        code(defaultCacheDuration),
      ];
    }),
  );
  const others = [
    ["a mirror or cache of one of these", "the same plugin, [opted in](#mirrors-and-caches)", "", ""],
    ["another registry that accepts your cluster's tokens", "[your own plugin](writing-a-plugin.md)", "", ""],
    ["any other registry", "no plugin: use an imagePullSecret", "", ""],
  ];
  const head = [
    "images from",
    "plugin",
    "its credentials are valid for at least",
    "`defaultCacheDuration` to write",
  ];
  return table(head, [...rows, ...others]);
}

/** The parts of pages about registries, their patterns and their configuration entries. */
export async function registryRegions(): Promise<readonly Region[]> {
  const entries = await Promise.all(
    PAGE_NAMES.map(async (name) => ({
      page: `${name}.md`,
      name: "configuration",
      content: `\n\`\`\`yaml\n${withoutComments(await written(name))}\`\`\`\n\n`,
    })),
  );
  return [...entries, { page: "cluster-operator.md", name: "registries", content: await whichPlugin() }];
}

function withoutComments(yaml: string): string {
  return yaml.replaceAll(/^ *#.*\n/gm, "");
}
