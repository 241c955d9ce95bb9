import { HOME_ROUTES } from "./home-routes.ts";
import { CLUSTERS, SOURCES, type Source } from "./route.ts";
import { ROUTES } from "./routes.ts";

const REGISTRIES = {
  ecr: "Amazon ECR",
  acr: "Azure Container Registry",
  gcr: "Google Artifact Registry",
} as const;
type Registry = keyof typeof REGISTRIES;

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
  const home = HOME_ROUTES.find(({ plugin, sources }) => plugin === registry && sources.includes(source));
  return [...(home === undefined ? [] : [`[its own identity](${home.link})`]), ...links].join(", ");
}

function nameOf(page: string, source: Source): string {
  if ((CLUSTERS as readonly Source[]).includes(source)) return "the pod's token";
  if (page === "azure-to-another-tenant") return "another tenant's registry";
  return page.replaceAll("-", " ");
}
