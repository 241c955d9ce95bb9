import { HOME_ROUTES } from "./home-routes.ts";
import { SOURCES, type Source } from "./route.ts";
import { ROUTES } from "./routes.ts";

const REGISTRIES = {
  ecr: "Amazon ECR",
  acr: "Azure Container Registry",
  gcr: "Google Artifact Registry",
} as const;
type Registry = keyof typeof REGISTRIES;

const IDENTITIES = {
  eks: "pod's service account",
  aks: "pod's service account",
  gke: "pod's service account",
  onPremises: "pod's service account",
  ec2: "instance's role",
  azure: "managed identity",
  arc: "managed identity",
  gce: "instance's service account",
  certificate: "certificate",
} as const satisfies Readonly<Record<Source, string>>;

/** The matrix as Markdown: the machines or pods that pull (rows), the registries (columns), and the page of each route. */
export function matrixTable(): string {
  const registries = Object.keys(REGISTRIES) as Registry[];
  const head = [
    `| pods or machines | ${registries.map((each) => REGISTRIES[each]).join(" | ")} |`,
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
  return [...(home === undefined ? [] : [`[the ${IDENTITIES[source]}](${home.link})`]), ...links].join(", ");
}

/** The text of a link: the identity that pulls. */
function nameOf(page: string, source: Source): string {
  const identity = `the ${IDENTITIES[source]}`;
  return page === "azure-to-another-tenant" ? `${identity}, registry of another tenant` : identity;
}
