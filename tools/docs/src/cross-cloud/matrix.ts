import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kubeletRequest, parseResponse, type RequestOptions, runPlugin } from "@imagecred/e2e";
import type { Clouds, Cluster } from "@imagecred/fake-clouds";
import { DOCS, type RunResult } from "@imagecred/workspace";
import { documentsOf, type Provider } from "../configurations.ts";
import { blocksOf } from "../page.ts";
import {
  type Change,
  CLUSTERS,
  type ClusterSource,
  type Route,
  type Source,
  UNINSTALLED_TENANT,
} from "./route.ts";
import { ROUTES } from "./routes.ts";
import { SetUp } from "./set-up.ts";
import { commandsOf } from "./shell.ts";

/** The cluster that the pages about pods are written for. */
const PAGE_CLUSTER = "onPremises";

/** One cell of the matrix, set up by its page's commands. */
export interface Cell {
  readonly route: Route;
  readonly source: Source;
}

export const CELLS: readonly Cell[] = ROUTES.flatMap((route) =>
  route.sources.map((source) => ({ route, source })),
);

/** The state of the clouds before any page is followed. */
export function prepare(clouds: Clouds): void {
  clouds.aws.outbound.disable("123456789012");
  clouds.azure.directory.addTenant(UNINSTALLED_TENANT, "public");
  clouds.aws.iam.addRole({ arn: "arn:aws:iam::999999999999:role/foreign" });
  // The page must grant the node's role its permissions for another cloud.
  const node = clouds.aws.iam.role(clouds.aws.roleArn("node"));
  if (node === undefined) throw new Error("the fakes have no role node");
  clouds.aws.iam.addRole(node);
}

/** Follows a page, with a source's cluster instead of the page's own. */
export function follow({ route, source }: Cell, clouds: Clouds): void {
  const commands = commandsOf(blocksOf(`identity/${route.page}.md`));
  const read = (name: string) => readFileSync(join(DOCS, snippets(route), name), "utf8");
  new SetUp(clouds, { read, nodeSide: read("kubelet.yaml") }, (text) => adapted(text, source, clouds)).run(
    commands,
  );
}

const snippets = ({ page }: Route) => `snippets/identity/${page}`;

/** The configuration of a node for a cell: from the page, or from `imagecred init`. */
export interface NodeSide {
  /** The CredentialProviderConfig, whose only provider is the route's. */
  readonly configuration: string;
  /** The manifest that begins with the pods' service account. */
  readonly serviceAccount: string;
  /** The file of `--identities`. */
  readonly identities?: string;
}

function nodeSideOf({ route, source }: Cell, clouds: Clouds): NodeSide {
  const read = (name: string) =>
    adapted(readFileSync(join(DOCS, snippets(route), name), "utf8"), source, clouds);
  return {
    configuration: read("kubelet.yaml"),
    serviceAccount: isCluster(source) ? read("kubernetes.yaml") : "",
  };
}

/** Whether the identity is a pod's. */
export function isCluster(source: Source): source is ClusterSource {
  return (CLUSTERS as readonly Source[]).includes(source);
}

/** A page's text for another kind of cluster, or for a machine under Arc, which has its own identity. */
function adapted(text: string, source: Source, clouds: Clouds): string {
  if (source === "arc") {
    const [own, kubelet] = clouds.azure.population("public").machine;
    return text
      .replaceAll(kubelet.app.objectId, own.app.objectId)
      .replaceAll(/\bazure-pulls\b/g, "azure-pulls-arc");
  }
  if (!isCluster(source) || source === PAGE_CLUSTER) return text;
  const name = (cluster: Cluster) => cluster.issuer.slice("https://".length);
  return text
    .replaceAll(name(clouds.clusters[PAGE_CLUSTER]), name(clouds.clusters[source]))
    .replaceAll("role/image-pulls", `role/image-pulls-${source}`)
    .replaceAll(/^image-pulls$/g, `image-pulls-${source}`)
    .replaceAll("providers/pods", `providers/pods-${source}`)
    .replaceAll(/^pods$/g, `pods-${source}`);
}

export interface Run {
  readonly result: RunResult;
  /** The credential for the image's registry. */
  readonly login: { readonly username: string; readonly password: string } | undefined;
}

/** Runs an executable with the node's configuration (by default the page's), and with a mistake in it if there is one. */
export async function run(
  cell: Cell,
  clouds: Clouds,
  executable: string,
  change: Change = {},
  nodeSide: NodeSide = nodeSideOf(cell, clouds),
): Promise<Run> {
  const { route, source } = cell;
  const [configuration] = documentsOf(nodeSide.configuration) as readonly {
    readonly providers: readonly PodProvider[];
  }[];
  const provider = configuration?.providers[0];
  if (provider === undefined) throw new Error(`${route.page}: no provider`);
  const changed = withChanges(await argumentsOf(provider, clouds), change.args ?? []);
  const args = changed.filter((arg) => !(source === "arc" && isOtherIdentity(arg)));
  const withFiles = await placeFiles(args, route, change, nodeSide, clouds);
  const { env = [] } = provider;
  const environment = {
    ...clouds.networkEnv(),
    ...Object.fromEntries(env.map((each) => [each.name, each.value])),
    ...(source === "arc" ? await clouds.azure.env("arc") : await route.env(clouds)),
    ...(await change.env?.(clouds)),
  };
  const request = isCluster(source) ? await podRequest(provider, source, clouds, change, nodeSide) : {};
  const stdin = kubeletRequest(route.image, request);
  const options = { args: withFiles, env: environment, stdin };
  const result =
    source === "arc" ? await runUnderArc(executable, options, clouds) : await runPlugin(executable, options);
  const auth = result.exitCode === 0 ? parseResponse(result.stdout).auth : undefined;
  return { result, login: auth?.[route.image.slice(0, route.image.indexOf("/"))] ?? auth?.["*.pkg.dev"] };
}

/** An argument that has no effect under Arc, where a machine has only its own identity. */
export function isOtherIdentity(arg: string): boolean {
  return arg.startsWith("--node-managed-identity=");
}

interface PodProvider extends Provider {
  readonly tokenAttributes?: {
    readonly serviceAccountTokenAudience: string;
    readonly optionalServiceAccountAnnotationKeys?: readonly string[];
  };
}

/** The page's arguments, with the path of azure.json replaced by an existing file. */
async function argumentsOf({ args = [] }: Provider, clouds: Clouds): Promise<readonly string[]> {
  const azureJson = await clouds.azure.azureJsonFile("none");
  return args.map((arg) => (arg === "/etc/kubernetes/azure.json" ? azureJson : arg));
}

function withChanges(args: readonly string[], changes: readonly string[]): readonly string[] {
  const nameOf = (arg: string) => arg.split("=")[0];
  const changed = new Set(changes.map(nameOf));
  return [...args.filter((arg) => !changed.has(nameOf(arg))), ...changes];
}

let files = 0;

/** Writes the files that the arguments name, at paths where a test may write. */
async function placeFiles(
  args: readonly string[],
  route: Route,
  change: Change,
  { identities }: NodeSide,
  clouds: Clouds,
): Promise<readonly string[]> {
  const issued = await (change.certificate ?? route.certificate)?.(clouds);
  files++;
  const certificate =
    issued === undefined
      ? ""
      : await clouds.core.writeFile(`node-${files}.pem`, issued.certificatePem + issued.privateKeyPem);
  const map =
    identities === undefined
      ? ""
      : await clouds.core.writeFile(
          `map-${files}.yaml`,
          identities.replace(/(?<=\bcertificate: ").*(?=")/, () => certificate),
        );
  const placed = new Map([
    ["--node-certificate", certificate],
    ["--identities", map],
  ]);
  return args.map((arg) => {
    const name = arg.split("=")[0] ?? "";
    return placed.has(name) ? `${name}=${placed.get(name)}` : arg;
  });
}

/** The kubelet's request for a pod: a token for the configured audience, and the listed annotations. */
async function podRequest(
  { tokenAttributes }: PodProvider,
  source: ClusterSource,
  clouds: Clouds,
  { token: change = {}, annotations: changed }: Change,
  { serviceAccount }: NodeSide,
): Promise<RequestOptions> {
  const [account] = documentsOf(serviceAccount) as readonly ServiceAccount[];
  const { name, namespace, annotations = {} } = account?.metadata ?? { name: "", namespace: "" };
  const listed = tokenAttributes?.optionalServiceAccountAnnotationKeys ?? [];
  return {
    token: await clouds.clusters[source].issueServiceAccountToken({
      audience: tokenAttributes?.serviceAccountTokenAudience ?? "",
      serviceAccount: name,
      namespace,
      ...change,
    }),
    annotations: Object.fromEntries(
      Object.entries(changed ?? annotations).filter(([key]) => listed.includes(key)),
    ),
  };
}

interface ServiceAccount {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Arc's agent writes its challenges to a protected directory. In a mount namespace, the fake's directory replaces it. */
function runUnderArc(
  executable: string,
  {
    args,
    ...options
  }: { readonly args: readonly string[]; readonly env: Record<string, string>; readonly stdin: string },
  clouds: Clouds,
): Promise<RunResult> {
  const script =
    'mkdir -p "$0" && mount -t tmpfs none /var/opt && mkdir -p /var/opt/azcmagent/tokens && mount --bind "$0" /var/opt/azcmagent/tokens && exec "$@"';
  const words = ["--user", "--map-root-user", "--mount", "sh", "-c", script, clouds.azure.arc.tokenDirectory];
  return runPlugin("/usr/bin/unshare", { ...options, args: [...words, executable, ...args] });
}

/** The reason why this machine cannot mount anything, or undefined. */
export function whyNoArc(): string | undefined {
  const { status, stderr, error } = spawnSync(
    "/usr/bin/unshare",
    ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/var/opt"],
    { encoding: "utf8" },
  );
  return status === 0 ? undefined : `no mount namespace can be made here: ${error?.message ?? stderr.trim()}`;
}
