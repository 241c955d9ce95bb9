import { isIP, type Socket } from "node:net";
import { createSecureContext, type SecureContext, connect as tlsConnect } from "node:tls";
import { unbracketed } from "../../http/ip.ts";
import type { Target } from "../../http/transport.ts";
import { transportErrorFrom } from "./errors.ts";
import { trustedCertificates } from "./trust.ts";

let systemTrust: SecureContext | undefined;

/** Speaks TLS over an open connection. @throws {TransportError} */
export function secured(tcp: Socket, url: URL, target: Target, sockets: Socket[]): Promise<Socket> {
  const serverName = target.tls?.serverName ?? unbracketed(url.hostname);
  return new Promise((resolve, reject) => {
    let socket: ReturnType<typeof tlsConnect>;
    try {
      socket = tlsConnect({
        socket: tcp,
        host: serverName,
        ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
        secureContext: target.tls?.ca === undefined ? trust() : createSecureContext({ ca: target.tls.ca }),
        minVersion: "TLSv1.2",
        ALPNProtocols: ["http/1.1"],
        rejectUnauthorized: true,
      });
    } catch (error) {
      return reject(transportErrorFrom(error, "tls"));
    }
    sockets.push(socket);
    socket.once("secureConnect", () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error) => reject(transportErrorFrom(error, "tls")));
  });
}

function trust(): SecureContext {
  systemTrust ??= createSecureContext({ ca: trustedCertificates(process.env) });
  return systemTrust;
}
