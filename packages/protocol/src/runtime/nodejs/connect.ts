import type { Socket } from "node:net";
import { unbracketed } from "../../http/ip.ts";
import { type Target, TransportError } from "../../http/transport.ts";
import { afterReading, type Progress, timedOut } from "./errors.ts";
import { openTcp } from "./race.ts";

/**
 * Opens a connection to a target's origin: lookup, TCP, the proxy's tunnel, TLS.
 * @param connectTimeoutMs milliseconds for everything except the lookup
 * @param progress updated at each step, so that the caller's own time-out can name the step
 * @throws {TransportError}
 */
export async function openConnection(
  target: Target,
  connectTimeoutMs: number,
  progress: Progress,
): Promise<Socket> {
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const startTimer = () => {
    clearTimeout(timer);
    timer = afterReading(() => limit.abort(timedOut(progress, connectTimeoutMs)), connectTimeoutMs);
  };
  const setup = { progress, onAddresses: startTimer, signal: limit.signal };
  const sockets: Socket[] = [];
  const late = new Promise<never>((_, reject) => {
    limit.signal.addEventListener("abort", () => {
      for (const socket of sockets) socket.destroy();
      reject(limit.signal.reason);
    });
  });
  try {
    return await Promise.race([open(target, setup, sockets), late]);
  } catch (error) {
    throw error instanceof TransportError && progress.peer === "proxy" ? asProxyError(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

interface Setup {
  readonly progress: Progress;
  onAddresses(): void;
  readonly signal: AbortSignal;
}

async function open(target: Target, setup: Setup, sockets: Socket[]): Promise<Socket> {
  const { progress } = setup;
  const url = new URL(target.url);
  const secure = url.protocol === "https:";
  // Node.js needs ten milliseconds to load TLS, which plain http does not need; TCP connects meanwhile.
  const tls = secure || target.proxy?.startsWith("https:") ? import("./tls.ts") : undefined;
  const server = { host: unbracketed(url.hostname), port: Number(url.port || (secure ? 443 : 80)) };
  const destination = { host: target.tls?.connectTo ?? server.host, port: server.port };
  let socket: Socket;
  if (target.proxy === undefined) {
    socket = await openTcp(destination.host, destination.port, setup);
  } else {
    const tunnel = import("./tunnel.ts");
    const proxy = (await tunnel).parseProxy(target.proxy);
    progress.peer = "proxy";
    socket = await openTcp(proxy.host, proxy.port, setup);
    sockets.push(socket);
    if (proxy.scheme === "https" && tls !== undefined) {
      const session = { serverName: proxy.host, ca: undefined, authority: `the proxy ${proxy.authority}` };
      socket = await (await tls).secured(socket, session, progress);
      sockets.push(socket);
    }
    if (secure || proxy.scheme === "socks") {
      progress.phase = "proxy";
      await (await tunnel).openTunnel(socket, proxy, destination);
    }
    progress.peer = "server";
  }
  if (!secure || tls === undefined) return socket;
  sockets.push(socket);
  const { clientCertificate: certificate, clientKey: key } = target.tls ?? {};
  const session = {
    client: certificate === undefined || key === undefined ? undefined : { certificate, key },
    serverName: target.tls?.serverName ?? server.host,
    ca: target.tls?.ca,
    authority: url.host.includes(":") ? url.host : `${url.host}:443`,
  };
  return await (await tls).secured(socket, session, progress);
}

/** The same failure with the peer `proxy`: its lookup, its address, its TLS. */
function asProxyError(error: TransportError): TransportError {
  if (error.peer === "proxy") return error;
  const { phase, code, message, status, certificate, cause } = error;
  return new TransportError(phase, code, message, {
    peer: "proxy",
    ...(status === undefined ? {} : { status }),
    ...(certificate === undefined ? {} : { certificate }),
    cause,
  });
}
