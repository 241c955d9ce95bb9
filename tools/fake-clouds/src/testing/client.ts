import { request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Core } from "../core/core.ts";

/** An agent that reaches the fakes as an executable does: through the proxy, trusting their CA only. */
export function agentFor(core: Core): HttpsAgent {
  return new HttpsAgent({
    ca: core.authority.pem,
    proxyEnv: { HTTPS_PROXY: core.proxy.url },
    keepAlive: true,
  });
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: HttpsAgent;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One request, to a metadata service's own address or to a real name through `agent`. */
export function call(url: string, options: CallOptions = {}): Promise<Answer> {
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const { method = "GET", headers = {}, agent } = options;
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers, ...(agent && { agent }) }, (response) => {
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
    });
    request.on("error", reject);
    request.end(options.body);
  });
}
