/** An API server for `imagecred nodes` and kubectl, with nodes and their kubelets' metrics; records the requests. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { TLSSocket } from "node:tls";
import { CertificateAuthority, ClientAuthority, Secrets } from "@imagecred/fake-clouds";

/** The credentials in one request. */
export interface Seen {
  readonly authorization: string | undefined;
  readonly impersonate: string;
  /** Common name of the client's certificate. */
  readonly certificate: string | undefined;
  /** The server name in TLS. */
  readonly serverName: string;
}

export interface FakeNode {
  readonly name: string;
  readonly version?: string;
  readonly ready?: boolean;
  /** The metrics that its kubelet serves, or an error status and message. */
  readonly metrics: string | { readonly code: number; readonly message: string } | "never";
}

export interface ApiServer extends AsyncDisposable {
  readonly server: string;
  /** PEM of the certificate authority that issued its certificate. */
  readonly authority: string;
  readonly clients: ClientAuthority;
  readonly seen: Seen[];
  /** The maximum number of concurrent requests to kubelets. */
  readonly mostAtOnce: () => number;
}

const PAGE = 2;

export async function apiServer(
  nodes: readonly FakeNode[],
  refuses: (seen: Seen) => { readonly code: number; readonly message: string } | undefined = () => undefined,
): Promise<ApiServer> {
  const [authority, clients] = await Promise.all([
    CertificateAuthority.create(),
    ClientAuthority.create(new Secrets()),
  ]);
  const seen: Seen[] = [];
  let [open, most] = [0, 0];
  const server = createServer(
    {
      SNICallback: (name, done) => {
        authority.contextFor(name).then((context) => done(null, context), done);
      },
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      const { headers, socket } = request;
      const tls = socket instanceof TLSSocket ? socket : undefined;
      const one: Seen = {
        authorization: headers.authorization,
        impersonate: Object.entries(headers)
          .filter(([name]) => name.startsWith("impersonate-"))
          .map(([name, value]) => `${name}: ${String(value)}`)
          .sort()
          .join("; "),
        certificate: tls?.getPeerCertificate().subject?.CN?.toString(),
        serverName: String(tls?.servername),
      };
      seen.push(one);
      const answer = (code: number, body: string) => {
        response.writeHead(code, { "content-type": "application/json" }).end(body);
      };
      const status = (code: number, message: string) =>
        answer(code, JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, message }));
      const refusal = refuses(one);
      if (refusal !== undefined) return status(refusal.code, refusal.message);
      const url = new URL(request.url ?? "/", "https://x");
      const proxied = /^\/api\/v1\/nodes\/([^/]+)\/proxy\/metrics$/.exec(url.pathname)?.[1];
      if (proxied === undefined) return answer(200, page(nodes, url.searchParams));
      const node = nodes.find(({ name }) => name === decodeURIComponent(proxied));
      open += 1;
      most = Math.max(most, open);
      // Long enough for another request to arrive meanwhile.
      setImmediate(() =>
        setImmediate(() => {
          open -= 1;
          if (node === undefined) return status(404, "no such node");
          if (node.metrics === "never") return;
          if (typeof node.metrics === "string") return answer(200, node.metrics);
          status(node.metrics.code, node.metrics.message);
        }),
      );
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server: `https://localhost:${port}`,
    authority: authority.pem,
    clients,
    seen,
    mostAtOnce: () => most,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function page(nodes: readonly FakeNode[], query: URLSearchParams): string {
  const from = Number(query.get("continue") ?? 0);
  const selected = nodes.filter(({ name }) => (query.get("labelSelector") ?? name).includes(name));
  const items = selected.slice(from, from + PAGE).map(({ name, version = "v1.37.2", ready = true }) => ({
    metadata: { name },
    status: {
      nodeInfo: { kubeletVersion: version },
      conditions: [{ type: "Ready", status: ready ? "True" : "Unknown" }],
    },
  }));
  const next = from + PAGE < selected.length ? { continue: String(from + PAGE) } : {};
  return JSON.stringify({ kind: "NodeList", apiVersion: "v1", metadata: next, items });
}
