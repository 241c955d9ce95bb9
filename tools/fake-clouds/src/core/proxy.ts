import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import { basicOf } from "./exchange.ts";
import { nameOf } from "./faults.ts";
import { playOnConnection } from "./send-response.ts";
import { type FrontParts, type Listening, listening, type TlsFront } from "./tls-front.ts";

/** Service name for faults of the proxy; its operation is `CONNECT`. */
export const PROXY = "proxy";

export interface ProxyOptions {
  readonly address?: string;
  readonly port?: number;
  /** If set, every request needs this `Proxy-Authorization: Basic`. */
  readonly credentials?: { readonly username: string; readonly password: string };
}

/**
 * A forward proxy that maps the clouds' real names to the fakes, so that executables are tested with production names,
 * without root and without changes to the machine. It tunnels (CONNECT) to port 443 of known names and refuses
 * anything else. Everything is logged.
 */
export class ForwardProxy {
  readonly #server: Server;
  readonly #front: TlsFront;
  readonly #parts: FrontParts;
  readonly #options: ProxyOptions;
  #where: Listening = { address: "127.0.0.1", port: 0 };

  constructor(front: TlsFront, parts: FrontParts, options: ProxyOptions) {
    this.#front = front;
    this.#parts = parts;
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#parts.log.proxied(request.url ?? "", "not-a-tunnel");
      response.writeHead(403, { "content-type": "text/plain" });
      response.end(
        "this proxy only tunnels (CONNECT); requests to metadata servers must not go through a proxy\n",
      );
    });
    this.#server.on("connect", (request, socket, head) => this.#connect(request, socket as Socket, head));
    this.#server.on("connection", (socket) => this.#parts.sockets.track(socket));
  }

  async listen(): Promise<void> {
    this.#where = await listening(
      this.#server,
      this.#options.address ?? "127.0.0.1",
      this.#options.port ?? 0,
    );
  }

  /** `http://[user:password@]address:port`, for HTTPS_PROXY. */
  get url(): string {
    const { credentials } = this.#options;
    const user = credentials
      ? `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@`
      : "";
    return `http://${user}${this.#where.address}:${this.#where.port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #connect(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const target = (request.url ?? "").toLowerCase();
    const refuse = (status: string, headers = "") =>
      socket.end(`HTTP/1.1 ${status}\r\n${headers}content-length: 0\r\n\r\n`);
    if (!this.#authorized(request)) {
      this.#parts.log.proxied(target, "not-authorized");
      refuse("407 Proxy Authentication Required", 'proxy-authenticate: Basic realm="fake clouds"\r\n');
      return;
    }
    const fault = this.#parts.faults.takeForRequest(PROXY, "CONNECT");
    if (fault !== undefined && playOnConnection(socket, fault)) {
      this.#parts.log.proxied(target, "fault");
      return;
    }
    const host = /^(.+):443$/.exec(target)?.[1];
    const service = host === undefined ? undefined : this.#front.serviceFor(host);
    if (host === undefined || service === undefined) {
      this.#parts.log.proxied(target, "unknown-host");
      refuse("403 Forbidden");
      return;
    }
    if (this.#parts.faults.refuses(service.name)) {
      const fault = this.#parts.faults.takeForConnection(service.name);
      this.#parts.log.proxied(target, "refused");
      const record = this.#parts.log.connection("proxy");
      Object.assign(record, { service: service.name, serverName: host, fault: fault && nameOf(fault) });
      refuse("502 Bad Gateway");
      return;
    }
    this.#parts.log.proxied(target, "connected");
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    this.#front.accept(socket, host);
  }

  #authorized(request: IncomingMessage): boolean {
    const { credentials } = this.#options;
    if (credentials === undefined) return true;
    const given = basicOf(request.headers["proxy-authorization"]);
    return given?.username === credentials.username && given.password === credentials.password;
  }
}
