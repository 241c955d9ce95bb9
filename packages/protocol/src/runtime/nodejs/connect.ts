import { request as httpRequest } from "node:http";
import { isIP, type Socket, connect as tcpConnect } from "node:net";
import { unbracketed } from "../../http/ip.ts";
import { type Target, TransportError } from "../../http/transport.ts";
import { transportErrorFrom } from "./errors.ts";

/** Opens a connection to a target's origin: TCP, the proxy's CONNECT, TLS. @throws {TransportError} */
export async function openConnection(target: Target, timeoutMs: number): Promise<Socket> {
  const sockets: Socket[] = [];
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
      reject(new TransportError("connect", "ETIMEDOUT", `no connection within ${Math.round(timeoutMs)} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([open(target, sockets), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function open(target: Target, sockets: Socket[]): Promise<Socket> {
  const url = new URL(target.url);
  // TLS takes Node ten milliseconds to load, which plain http has no use for; TCP connects meanwhile.
  const tls = url.protocol === "https:" ? import("./tls.ts") : undefined;
  const host = target.tls?.connectTo ?? unbracketed(url.hostname);
  const port = Number(url.port || (tls === undefined ? 80 : 443));
  const tcp =
    target.proxy === undefined
      ? await connected(tcpConnect({ host, port, noDelay: true, autoSelectFamily: true }), sockets)
      : await throughProxy(new URL(target.proxy), tls === undefined ? undefined : { host, port }, sockets);
  return tls === undefined ? tcp : (await tls).secured(tcp, url, target, sockets);
}

function connected(socket: Socket, sockets: Socket[]): Promise<Socket> {
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error) => reject(transportErrorFrom(error, "connect")));
  });
}

/** For http the proxy is simply the peer (absolute-form); for https it is asked for a tunnel (RFC 9110 section 9.3.6). */
async function throughProxy(
  proxy: URL,
  to: { host: string; port: number } | undefined,
  sockets: Socket[],
): Promise<Socket> {
  if (proxy.protocol !== "http:") {
    const text = `${proxy.protocol}// proxies are not supported by the Node.js runtime`;
    throw new TransportError("proxy", "ERR_PROXY", text, { peer: "proxy" });
  }
  const peer = { host: unbracketed(proxy.hostname), port: Number(proxy.port || 80) };
  const socket = await connected(tcpConnect({ ...peer, noDelay: true, autoSelectFamily: true }), sockets);
  if (to === undefined) return socket;
  const authority = `${isIP(to.host) === 6 ? `[${to.host}]` : to.host}:${to.port}`;
  return new Promise((resolve, reject) => {
    const connect = httpRequest({
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...proxyAuthorization(proxy) },
      createConnection: () => socket,
    });
    connect.once("connect", (response, tunnel) => {
      if (response.statusCode === 200) return resolve(tunnel as Socket);
      tunnel.destroy();
      const text = `the proxy ${proxy.host} answered ${response.statusCode} ${response.statusMessage ?? ""} to CONNECT ${authority}`;
      const status = response.statusCode;
      const facts = { peer: "proxy" as const, ...(status === undefined ? {} : { status }) };
      reject(new TransportError("proxy", "ERR_PROXY", text.trim(), facts));
    });
    connect.once("error", (error) => reject(transportErrorFrom(error, "proxy")));
    connect.end();
  });
}

/** The header that a proxy with a user and a password in its URL expects. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === "") return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}
