import type { Clouds } from "./clouds.ts";
import type { ProxyAttempt, RequestRecord } from "./core/log.ts";

/** Describes the running clouds and how to use them, for a terminal. */
export async function describe(clouds: Clouds): Promise<string> {
  const tls = clouds.core.tls.services.map(({ name, about, example }) => [name, about, `https://${example}`]);
  const plain = clouds.core.plainServices.map(({ service, origin }) => [service.name, service.about, origin]);
  const environments = await Promise.all(
    (["ecr", "acr", "gcr"] as const).map(async (plugin) => {
      const variables = Object.entries(await clouds.env(plugin)).map(
        ([name, value]) => `export ${name}=${quote(value)}`,
      );
      const args = plugin === "acr" ? ` ${await clouds.azure.azureJsonFile("managed-identity")}` : "";
      return [`# ${plugin}-credential-provider${args}`, ...variables].join("\n");
    }),
  );
  return [
    "Fake clouds are running. Behind TLS, under their real names, through the proxy",
    `${clouds.core.proxy.url} (certificates by ${clouds.core.caFile}):`,
    table(tls),
    "",
    "Plain HTTP:",
    table(plain),
    "",
    "The node's identity for each plugin:",
    "",
    environments.join("\n\n"),
    "",
    "Requests appear below. Ctrl-C stops.",
    "",
  ].join("\n");
}

/** One finished request, in one line. */
export function requestLine(request: RequestRecord): string {
  const {
    at,
    finishedAt = at,
    service,
    operation,
    method,
    scheme,
    host,
    path,
    status,
    fault,
    connectionId,
  } = request;
  const result = [status ?? "no response", fault && `fault: ${fault}`].filter(Boolean).join(", ");
  const milliseconds = `${(finishedAt - at).toFixed(1)} ms`;
  return `${clock(at)}  ${service} ${operation}: ${method} ${scheme}://${host}${path} -> ${result}  (${milliseconds}, connection ${connectionId})`;
}

/** A request that the proxy refused. */
export function refusalLine({ at, target, outcome }: ProxyAttempt): string {
  return `${clock(at)}  proxy: ${target} -> ${outcome}`;
}

function clock(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(11, 23);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}

/** Quotes a value for a POSIX shell. */
function quote(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
