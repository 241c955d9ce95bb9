import { joinPath, listSeparator, parentOf, readText } from "@imagecred/node";
import { asObject, fromBase64, type JsonObject, Secret, textAt } from "@imagecred/protocol";
import { parse as parseYaml } from "yaml";
import { CommandError } from "../errors.ts";
import { absolute } from "../machine/paths.ts";
import type { Platform } from "../runtime/types.ts";

/** How a server is reached, from a kubeconfig's `clusters` (client-go, tools/clientcmd/api/v1/types.go). */
export interface ClusterEntry {
  /** `https://10.0.0.1:6443`, without a trailing slash. */
  readonly server: string;
  /** PEM; undefined for the system's certificate authorities. */
  readonly ca: string | undefined;
  readonly tlsServerName: string | undefined;
  readonly proxyUrl: string | undefined;
  /** The entry as it was written, for exec plugins that ask for it. */
  readonly raw: JsonObject;
}

/** The user whose credentials are sent, from a kubeconfig's `users`. */
export interface UserEntry {
  readonly certificate: ClientCertificate | undefined;
  readonly token: Secret | undefined;
  readonly basic: { readonly username: string; readonly password: Secret } | undefined;
  readonly exec: ExecEntry | undefined;
  readonly impersonate: Impersonation | undefined;
}

/** PEM texts. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: Secret;
}

/** A program that prints a credential (KEP-541). */
export interface ExecEntry {
  readonly apiVersion: string;
  /** A path, or a name to look for in PATH. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly installHint: string | undefined;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: string;
}

export interface Impersonation {
  readonly user: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** The cluster and user of a context. */
export interface Access {
  /** `context NAME of FILE`, for messages. */
  readonly source: string;
  readonly context: string | undefined;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * How to reach a cluster, in kubectl's order: the given file, the files of KUBECONFIG (the first one with an entry wins),
 * ~/.kube/config; else, in a pod, its service account.
 * @throws {CommandError} for files and entries that kubectl would not accept, and if none of them exists
 */
export function clusterAccess(
  given: { readonly kubeconfig?: string | undefined; readonly context?: string | undefined },
  platform: Platform,
): Access {
  const { env } = platform.stdio;
  const files = kubeconfigFiles(given.kubeconfig, platform);
  const documents = files.flatMap(
    (path) => readKubeconfig(path, given.kubeconfig !== undefined, platform) ?? [],
  );
  if (documents.length > 0) return fromKubeconfig(documents, given.context, platform);
  const host = env["KUBERNETES_SERVICE_HOST"];
  if (given.context === undefined && host !== undefined && host !== "") {
    return ofServiceAccount(host, env["KUBERNETES_SERVICE_PORT"] ?? "443", platform);
  }
  throw new CommandError(
    `there is no kubeconfig (looked for ${files.join(", ")}), and this is not a pod with a service account; give the file with --kubeconfig`,
  );
}

function kubeconfigFiles(given: string | undefined, { stdio, processInfo }: Platform): readonly string[] {
  const { KUBECONFIG: list, HOME: home, USERPROFILE: profile } = stdio.env;
  const absolutely = (path: string) => absolute(path, processInfo.workingDirectory);
  if (given !== undefined) return [absolutely(given)];
  if (list !== undefined && list !== "") {
    return list
      .split(listSeparator(processInfo.workingDirectory))
      .filter((path) => path !== "")
      .map(absolutely);
  }
  return [joinPath(home ?? profile ?? "/", ".kube/config")];
}

interface Kubeconfig {
  readonly path: string;
  readonly content: JsonObject;
}

/** Returns undefined for a file of the list that does not exist, which kubectl skips. @throws {CommandError} */
function readKubeconfig(path: string, mustExist: boolean, { fileSystem }: Platform): Kubeconfig | undefined {
  const text = readText(fileSystem, path);
  if (text.state === "absent" && !mustExist) return undefined;
  if (text.state !== "read") {
    const reason = text.state === "absent" ? "there is no such file" : text.reason;
    throw new CommandError(`reading the kubeconfig ${path}: ${reason}`);
  }
  try {
    const content = asObject(parseYaml(text.text, { uniqueKeys: false }) ?? {});
    if (content !== undefined) return { path, content };
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split("\n");
    throw new CommandError(`reading the kubeconfig ${path}: ${line}`, { cause: error });
  }
  throw new CommandError(`reading the kubeconfig ${path}: it is not a map`);
}

/** An entry found by its name, and its file: relative paths in it are relative to the file. */
interface FoundEntry {
  readonly path: string;
  readonly entry: JsonObject;
}

function find(
  documents: readonly Kubeconfig[],
  list: string,
  key: string,
  name: string,
): FoundEntry | undefined {
  for (const { path, content } of documents) {
    const entries = content[list];
    if (!Array.isArray(entries)) continue;
    const entry = entries.map(asObject).find((one) => one?.["name"] === name);
    const value = asObject(entry?.[key]);
    if (value !== undefined) return { path, entry: value };
  }
  return undefined;
}

function fromKubeconfig(
  documents: readonly Kubeconfig[],
  wanted: string | undefined,
  platform: Platform,
): Access {
  const name =
    wanted ??
    documents.map(({ content }) => textAt(content, "current-context")).find((one) => one !== undefined);
  const paths = documents.map(({ path }) => path).join(", ");
  if (name === undefined)
    throw new CommandError(`${paths}: there is no current-context; choose one with --context`);
  const context = find(documents, "contexts", "context", name);
  if (context === undefined) throw new CommandError(`${paths}: there is no context ${name}`);
  const [cluster, user] = [textAt(context.entry, "cluster"), textAt(context.entry, "user")];
  const server = cluster === undefined ? undefined : find(documents, "clusters", "cluster", cluster);
  if (server === undefined) {
    throw new CommandError(
      `${context.path}: context ${name} names the cluster ${cluster ?? "(none)"}, which does not exist`,
    );
  }
  const userEntry = user === undefined ? undefined : find(documents, "users", "user", user);
  if (user !== undefined && userEntry === undefined) {
    throw new CommandError(`${context.path}: context ${name} names the user ${user}, which does not exist`);
  }
  return {
    source: `context ${name} of ${context.path}`,
    context: name,
    cluster: clusterOf(server, platform),
    user: userEntry === undefined ? ANONYMOUS : userOf(userEntry, platform),
  };
}

const ANONYMOUS: UserEntry = {
  certificate: undefined,
  token: undefined,
  basic: undefined,
  exec: undefined,
  impersonate: undefined,
};

function clusterOf({ path, entry }: FoundEntry, platform: Platform): ClusterEntry {
  const server = textAt(entry, "server");
  if (server === undefined) throw new CommandError(`${path}: the cluster has no server`);
  if (entry["insecure-skip-tls-verify"] === true) {
    throw new CommandError(
      `${path}: the cluster has insecure-skip-tls-verify, and imagecred sends credentials only to servers whose certificate it can check; set certificate-authority instead`,
    );
  }
  return {
    server: server.replace(/\/+$/, ""),
    ca: dataOrFile(entry, "certificate-authority", path, platform),
    tlsServerName: textAt(entry, "tls-server-name"),
    proxyUrl: textAt(entry, "proxy-url"),
    raw: entry,
  };
}

function userOf({ path, entry }: FoundEntry, platform: Platform): UserEntry {
  const certificate = dataOrFile(entry, "client-certificate", path, platform);
  const key = dataOrFile(entry, "client-key", path, platform);
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = key === undefined ? "client-key" : "client-certificate";
    throw new CommandError(`${path}: the user has a client certificate or key without its ${missing}`);
  }
  if (entry["auth-provider"] !== undefined) {
    throw new CommandError(
      `${path}: the user has an auth-provider, which kubectl removed in 1.26; configure an exec plugin instead`,
    );
  }
  const tokenFile = textAt(entry, "tokenFile");
  const fromFile =
    tokenFile === undefined ? undefined : textFile(relativeTo(path, tokenFile), "the token", platform).trim();
  const [username, password] = [textAt(entry, "username"), textAt(entry, "password")];
  return {
    certificate:
      certificate === undefined || key === undefined ? undefined : { certificate, key: new Secret(key) },
    // The file has precedence, as in client-go (clientcmd: getUserIdentificationPartialConfig).
    token: secretOf(fromFile ?? textAt(entry, "token")),
    basic:
      username === undefined || password === undefined
        ? undefined
        : { username, password: new Secret(password) },
    exec: execOf(asObject(entry["exec"]), path),
    impersonate: impersonationOf(entry),
  };
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined || text === "" ? undefined : new Secret(text);
}

function execOf(exec: JsonObject | undefined, path: string): ExecEntry | undefined {
  if (exec === undefined) return undefined;
  const [command, apiVersion] = [textAt(exec, "command"), textAt(exec, "apiVersion")];
  if (command === undefined || apiVersion === undefined) {
    throw new CommandError(
      `${path}: the user's exec has no ${command === undefined ? "command" : "apiVersion"}`,
    );
  }
  return {
    apiVersion,
    // A command with a slash is relative to the file, a name is looked up in PATH.
    command: command.includes("/") ? relativeTo(path, command) : command,
    args: textsOf(exec["args"]),
    env: listOf(exec["env"]).flatMap((one) => {
      const name = textAt(one, "name");
      const value = one["value"];
      return name === undefined ? [] : [{ name, value: typeof value === "string" ? value : "" }];
    }),
    installHint: textAt(exec, "installHint"),
    provideClusterInfo: exec["provideClusterInfo"] === true,
    interactiveMode: textAt(exec, "interactiveMode") ?? "IfAvailable",
  };
}

function impersonationOf(entry: JsonObject): Impersonation | undefined {
  const user = textAt(entry, "as");
  if (user === undefined) return undefined;
  const extra = Object.entries(asObject(entry["as-user-extra"]) ?? {}).map(
    ([key, values]) => [key, textsOf(values)] as const,
  );
  return {
    user,
    uid: textAt(entry, "as-uid"),
    groups: textsOf(entry["as-groups"]),
    extra: Object.fromEntries(extra),
  };
}

function listOf(value: unknown): readonly JsonObject[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.map(asObject).filter((item) => item !== undefined);
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

/** The value of `NAME-data` (base64), or the content of the file that `NAME` names. */
function dataOrFile(entry: JsonObject, name: string, path: string, platform: Platform): string | undefined {
  const data = textAt(entry, `${name}-data`);
  if (data !== undefined) {
    try {
      return new TextDecoder().decode(fromBase64(data.replace(/\s+/g, "")));
    } catch (error) {
      throw new CommandError(`${path}: ${name}-data is not base64`, { cause: error });
    }
  }
  const file = textAt(entry, name);
  return file === undefined ? undefined : textFile(relativeTo(path, file), name, platform);
}

function relativeTo(kubeconfig: string, path: string): string {
  return joinPath(parentOf(kubeconfig), path);
}

function textFile(path: string, what: string, { fileSystem }: Platform): string {
  const text = readText(fileSystem, path);
  if (text.state === "read") return text.text;
  throw new CommandError(
    `reading ${what} from ${path}: ${text.state === "absent" ? "there is no such file" : text.reason}`,
  );
}

function ofServiceAccount(host: string, port: string, platform: Platform): Access {
  const authority = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const token = textFile(joinPath(SERVICE_ACCOUNT, "token"), "the pod's token", platform).trim();
  return {
    source: "the pod's service account",
    context: undefined,
    cluster: {
      server: `https://${authority}`,
      ca: textFile(joinPath(SERVICE_ACCOUNT, "ca.crt"), "the cluster's authority", platform),
      tlsServerName: undefined,
      proxyUrl: undefined,
      raw: {},
    },
    user: { ...ANONYMOUS, token: new Secret(token) },
  };
}
