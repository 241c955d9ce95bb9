import { createServer, type Server, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { CertificateAuthority } from "./certificates.ts";
import { timestamp } from "./clock.ts";
import type { Engine } from "./engine.ts";
import { type Fault, type Faults, nameOf } from "./faults.ts";
import type { Log } from "./log.ts";
import { playOnConnection } from "./send-response.ts";
import type { TlsService } from "./service.ts";
import type { Sockets } from "./sockets.ts";

export interface Listening {
  readonly address: string;
  readonly port: number;
}

export interface FrontParts {
  readonly log: Log;
  readonly faults: Faults;
  readonly engine: Engine;
  readonly sockets: Sockets;
  readonly authority: CertificateAuthority;
}

/** All TLS services, distinguished by the server name in the handshake; each name gets its own certificate. */
export class TlsFront {
  readonly #parts: FrontParts;
  readonly #services: TlsService[] = [];
  readonly #listeners: Server[] = [];
  /** Its address without the proxy. */
  readonly addresses: Listening[] = [];

  constructor(parts: FrontParts) {
    this.#parts = parts;
  }

  add(service: TlsService): void {
    this.#services.push(service);
  }

  get services(): readonly TlsService[] {
    return this.#services;
  }

  /** The service that owns a host name. @throws when two claim it: a defect of the fakes */
  serviceFor(host: string): TlsService | undefined {
    const owners = this.#services.filter((service) => service.hosts(host));
    if (owners.length > 1)
      throw new Error(`${host} is claimed by ${owners.map((each) => each.name).join(" and ")}`);
    return owners[0];
  }

  async listen({ address, port }: Listening): Promise<Listening> {
    const server = createServer((socket) => this.accept(socket));
    this.#listeners.push(server);
    const where = await listening(server, address, port);
    this.addresses.push(where);
    return where;
  }

  /** Serves TLS, then HTTP, on a TCP connection that was accepted here or tunnelled by the proxy to a host. */
  accept(socket: Socket, tunnelTo?: string): void {
    const record = this.#parts.log.connection(tunnelTo === undefined ? "direct" : "proxy");
    this.#parts.sockets.track(socket, record);
    let owner: TlsService | undefined;
    // TLS decides about client certificates before the handshake names the host.
    const mutual = tunnelTo !== undefined && this.serviceFor(tunnelTo)?.clientCertificates === true;
    const tls = new TLSSocket(socket, {
      isServer: true,
      requestCert: mutual,
      // The service checks the issuer and returns its own error.
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
      SNICallback: (name, done) => {
        const host = name.toLowerCase();
        record.serverName = host;
        // A tunnel leads to one host's servers, which serve only that host.
        owner = tunnelTo === undefined || tunnelTo === host ? this.serviceFor(host) : undefined;
        if (owner === undefined) return done(new Error(`no service has the name ${host} here`));
        record.service = owner.name;
        const fault = this.#parts.faults.takeForConnection(owner.name);
        if (fault !== undefined) record.fault = nameOf(fault);
        if (fault !== undefined && playOnConnection(socket, fault)) return;
        this.#parts.authority.contextFor(host, problemOf(fault)).then((context) => done(null, context), done);
      },
    });
    tls.on("error", (error) => {
      record.tlsError ??= error.message;
      socket.destroy();
    });
    // Node.js leaves a connection open whose client closes it in the middle of the handshake.
    const abandoned = () => socket.destroy();
    tls.once("end", abandoned);
    tls.once("secure", () => {
      tls.off("end", abandoned);
      if (owner === undefined) return void socket.destroy(); // no server name: no certificate of ours fits
      record.tlsFinishedAt = timestamp();
      const clientCertificate = mutual ? tls.getPeerX509Certificate()?.raw : undefined;
      this.#parts.engine.accept(tls, {
        record,
        service: owner,
        socket,
        scheme: "https",
        ...(clientCertificate === undefined ? {} : { clientCertificate }),
      });
    });
  }

  close(): void {
    for (const listener of this.#listeners) listener.close();
  }
}

function problemOf(fault: Fault | undefined) {
  return fault?.kind === "certificate" ? fault.problem : undefined;
}

/** Starts a server and returns its actual address. @throws Error with the system's code: EADDRINUSE, EACCES, ... */
export function listening(server: Server, address: string, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      const bound = server.address();
      if (bound === null || typeof bound === "string") reject(new Error("not listening on TCP"));
      else resolve({ address: bound.address, port: bound.port });
    });
  });
}
