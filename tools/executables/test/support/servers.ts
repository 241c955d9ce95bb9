import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";

/** A server on loopback for one test, and the connections that it got. */
export interface Running<Connection extends Socket = Socket> {
  readonly port: number;
  /** `127.0.0.1:<port>` */
  readonly authority: string;
  readonly connections: readonly Connection[];
}

async function start<Connection extends Socket>(
  context: TestContext,
  server: Server,
  event: string,
  address: string,
): Promise<Running<Connection>> {
  const connections: Connection[] = [];
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    sockets.push(socket);
    socket.on("error", () => {
      // Clients that break off are part of the tests.
    });
  });
  server.on(event, (socket: Connection) => connections.push(socket));
  server.on("tlsClientError", () => {
    // So are those that do not like a certificate.
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, authority: `${address}:${port}`, connections };
}

/** A server that gets raw connections. */
export function tcpServer(context: TestContext, onConnection: (socket: Socket, index: number) => void) {
  let count = 0;
  const server = createServer((socket) => onConnection(socket, count++));
  return start(context, server, "connection", "127.0.0.1");
}

export function httpServer(context: TestContext, listener: RequestListener) {
  return start(context, createHttpServer(listener), "connection", "127.0.0.1");
}

/** HTTP over TLS; `connections` are the ones whose handshake succeeded. */
export function httpsServer(context: TestContext, options: TlsOptions, listener: RequestListener) {
  const http = createHttpServer(listener);
  const server = createTlsServer(options, (socket) => http.emit("connection", socket));
  return start<TLSSocket>(context, server, "secureConnection", "127.0.0.1");
}

/** A port on which nobody listens: it was just given back. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
