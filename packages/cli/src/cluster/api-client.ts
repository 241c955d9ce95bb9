import {
  asObject,
  base64,
  excerpt,
  parseJsonObject,
  type TlsOptions,
  TransportError,
  textAt,
  VERSION,
} from "@imagecred/protocol";
import { proxyFor } from "@imagecred/protocol/proxy";
import { CommandError } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";
import { execCredential } from "./exec-credential.ts";
import type { Access } from "./kubeconfig.ts";

/** The API server rejected a request, or was not reached. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status; undefined if there was no response. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export interface ApiClient {
  /** `https://10.0.0.1:6443` */
  readonly server: string;
  /** A GET of a path with its query. @throws {ApiError} for every status but 200 */
  get(path: string, limits: { readonly timeoutMs: number; readonly maxBytes: number }): Promise<Uint8Array>;
}

/** A client of one API server with the credentials that kubectl would use. @throws {CommandError} if there are none */
export async function apiClient(access: Access, platform: Platform): Promise<ApiClient> {
  const { cluster, user, source } = access;
  const fromPlugin =
    user.exec === undefined ? undefined : await execCredential(user.exec, cluster, source, platform);
  const token = user.token ?? fromPlugin?.token;
  const certificate = user.certificate ?? fromPlugin?.certificate;
  const tls: TlsOptions = {
    ...(cluster.ca === undefined ? {} : { ca: cluster.ca }),
    ...(cluster.tlsServerName === undefined ? {} : { serverName: cluster.tlsServerName }),
    ...(certificate === undefined
      ? {}
      : { clientCertificate: certificate.certificate, clientKey: certificate.key.reveal() }),
  };
  const authorization =
    token !== undefined
      ? `Bearer ${token.reveal()}`
      : user.basic === undefined
        ? undefined
        : `Basic ${base64(new TextEncoder().encode(`${user.basic.username}:${user.basic.password.reveal()}`))}`;
  const base = checkedServer(access);
  const proxy = proxyOf(access, base, platform);
  const headers = {
    accept: "application/json",
    "user-agent": `imagecred/${VERSION}`,
    ...(authorization === undefined ? {} : { authorization }),
    ...impersonation(access),
  };
  return {
    server: cluster.server,
    async get(path, { timeoutMs, maxBytes }) {
      const url = `${cluster.server}${path}`;
      try {
        const { status, body } = await platform.transport.request({
          url,
          ...(proxy === undefined ? {} : { proxy }),
          tls,
          method: "GET",
          headers,
          timeoutMs,
          maxResponseBytes: maxBytes,
        });
        if (status === 200) return body;
        throw new ApiError(refusal(status, body), status);
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        throw new ApiError(error.message, undefined, { cause: error });
      }
    },
  };
}

function checkedServer({ cluster, source }: Access): URL {
  const { server } = cluster;
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol === "https:") return url;
  const loopback =
    url?.protocol === "http:" && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url !== undefined && loopback) return url;
  throw new CommandError(
    `${source}: the server ${server} is not an https:// URL, and credentials are sent only over https`,
  );
}

function proxyOf({ cluster, source }: Access, server: URL, { stdio }: Platform): string | undefined {
  try {
    if (cluster.proxyUrl === undefined) return proxyFor(server, stdio.env);
    // A proxy-url in the file is used for every host, including this machine.
    return proxyFor(new URL("https://any.invalid"), { HTTPS_PROXY: cluster.proxyUrl });
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^HTTPS_PROXY/, "proxy-url") : String(error);
    throw new CommandError(`${source}: ${reason}`, { cause: error });
  }
}

/** The impersonation headers (client-go, transport/round_trippers.go). */
function impersonation({ user: { impersonate }, source }: Access): Readonly<Record<string, string>> {
  if (impersonate === undefined) return {};
  const { user, uid, groups, extra } = impersonate;
  // Each value needs its own header, and our HTTP client sends one header per name.
  if ([groups, ...Object.values(extra)].some((values) => values.length > 1)) {
    throw new CommandError(
      `${source}: impersonating ${user} with several groups (as-groups) is not supported; use one group`,
    );
  }
  return {
    "impersonate-user": user,
    ...(uid === undefined ? {} : { "impersonate-uid": uid }),
    ...(groups[0] === undefined ? {} : { "impersonate-group": groups[0] }),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
        values[0] ?? "",
      ]),
    ),
  };
}

/** The server's message (metav1.Status), or the start of the response. */
function refusal(status: number, body: Uint8Array): string {
  const document = asObject(parseJsonObject(body));
  const message = textAt(document, "message") ?? new TextDecoder().decode(body.subarray(0, 1024));
  return `${status}: ${excerpt(message, 300)}`;
}
