import { CLUSTERS, SOURCES, type Source } from "./route.ts";
import { ROUTES } from "./routes.ts";

const REGISTRIES = {
  ecr: "Amazon ECR",
  acr: "Azure Container Registry",
  gcr: "Google Artifact Registry",
} as const;
type Registry = keyof typeof REGISTRIES;

/** Where a node's own cloud has the registry: nothing crosses clouds, and the plugin's page says how. */
const HOME: Readonly<Partial<Record<Source, Registry>>> = {
  ec2: "ecr",
  azure: "acr",
  arc: "acr",
  gce: "gcr",
};
const PLUGIN_PAGES: Readonly<Record<Registry, string>> = {
  ecr: "../ecr.md#the-nodes-identity",
  acr: "../acr.md#the-nodes-identity",
  gcr: "../gcr.md#the-nodes-identity",
};

/** The matrix as Markdown: who pulls (rows), from where (columns), and the page that says how. */
export function matrixTable(): string {
  const registries = Object.keys(REGISTRIES) as Registry[];
  const head = [
    `| who pulls | ${registries.map((each) => REGISTRIES[each]).join(" | ")} |`,
    `| --- | ${registries.map(() => "---").join(" | ")} |`,
  ];
  const rows = (Object.keys(SOURCES) as Source[]).map(
    (source) =>
      `| ${SOURCES[source]} | ${registries.map((registry) => cell(source, registry)).join(" | ")} |`,
  );
  return `${[...head, ...rows].join("\n")}\n`;
}

function cell(source: Source, registry: Registry): string {
  const links = ROUTES.filter(({ plugin, sources }) => plugin === registry && sources.includes(source)).map(
    ({ page }) => `[${nameOf(page, source)}](${page}.md)`,
  );
  if (HOME[source] === registry) links.unshift(`[its own identity](${PLUGIN_PAGES[registry]})`);
  return links.join(", ");
}

function nameOf(page: string, source: Source): string {
  if ((CLUSTERS as readonly Source[]).includes(source)) return "the pod's token";
  if (page === "azure-to-another-tenant") return "another tenant's registry";
  return page.replaceAll("-", " ");
}
