import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import type { Core } from "../core/core.ts";

/** An agent that reaches the fakes as an executable does: through the proxy, trusting only their CA. */
export function agentFor(core: Core, proxy = core.proxy.url): HttpsAgent {
  return new HttpsAgent({ ca: core.authority.pem, proxyEnv: { HTTPS_PROXY: proxy }, keepAlive: true });
}

/** The same for fakes that run in another process. @param caFile as in SSL_CERT_FILE */
export async function agentForProxy(proxy: string, caFile: string): Promise<HttpsAgent> {
  return new HttpsAgent({ ca: await readFile(caFile), proxyEnv: { HTTPS_PROXY: proxy } });
}

/** TLS through the proxy to a host, by hand; the server name defaults to the host. */
export async function tunnel(
  core: Core,
  host: string,
  { serverName = host, signal }: { readonly serverName?: string; readonly signal?: AbortSignal } = {},
): Promise<TLSSocket> {
  const proxy = new URL(core.proxy.url);
  const request = httpRequest({
    host: proxy.hostname,
    port: proxy.port,
    method: "CONNECT",
    path: `${host}:443`,
  });
  request.end();
  const [response, socket] = await once(request, "connect");
  if (response.statusCode !== 200) throw new Error(`the proxy answered ${response.statusCode}`);
  const tls = connect({ socket, servername: serverName, ca: core.authority.pem });
  // Aborting the wait does not close the socket, so destroy it.
  signal?.addEventListener("abort", () => tls.on("error", () => {}).destroy());
  await once(tls, "secureConnect", signal && { signal });
  return tls;
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: HttpsAgent;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends one request, to a metadata service's own address or through `agent` to a real name. */
export function call(url: string, options: CallOptions = {}): Promise<Answer> {
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const { method = "GET", headers = {}, agent, signal } = options;
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      { method, headers, ...(agent && { agent }), ...(signal && { signal }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on("error", reject);
    request.end(options.body);
  });
}
