import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
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

/** A port without a listener: it was just closed. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Raw connections over TLS. */
export function tlsServer(
  context: TestContext,
  options: TlsOptions,
  onConnection: (socket: TLSSocket) => void,
) {
  return start<TLSSocket>(context, createTlsServer(options, onConnection), "secureConnection", "127.0.0.1");
}

/**
 * A SOCKS 5 proxy (RFC 1928, RFC 1929) that connects to `portOf(host)` of this machine, whatever it is asked for; port 1 is
 * refused. `asked` is the list of the addresses that it was asked to connect to.
 */
export async function socksProxy(
  context: TestContext,
  credentials: { readonly user: string; readonly password: string } | undefined,
  portOf: (host: string) => number,
) {
  const asked: string[] = [];
  const server = await tcpServer(context, (socket) => {
    let step: "greeting" | "password" | "request" | "open" = "greeting";
    socket.on("data", (data: Buffer) => {
      switch (step) {
        case "greeting":
          step = credentials === undefined ? "request" : "password";
          socket.write(Buffer.from([5, credentials === undefined ? 0 : 2]));
          return;
        case "password": {
          const userEnd = 2 + (data[1] ?? 0);
          const given = [data.toString("utf8", 2, userEnd), data.toString("utf8", userEnd + 1)];
          const right = given[0] === credentials?.user && given[1] === credentials?.password;
          step = "request";
          socket.write(Buffer.from([1, right ? 0 : 1]));
          return;
        }
        case "request": {
          step = "open";
          const host = data.toString("utf8", 5, 5 + (data[4] ?? 0));
          asked.push(`${host}:${data.readUInt16BE(data.length - 2)}`);
          const upstream = connect(portOf(host), "127.0.0.1");
          upstream.on("error", () => socket.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])));
          upstream.on("connect", () => {
            socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
            socket.pipe(upstream).pipe(socket);
          });
          return;
        }
      }
    });
  });
  return { ...server, asked };
}
