import { createServer, type Server } from "node:net";
import { nameOf } from "./faults.ts";
import { playOnConnection } from "./send-response.ts";
import type { PlainService } from "./service.ts";
import { type FrontParts, type Listening, listening } from "./tls-front.ts";

/** A plain HTTP service with its own port, which a "refuse" fault really closes. */
export class PlainFront {
  readonly service: PlainService;
  readonly #parts: FrontParts;
  #server: Server | undefined;
  #where: Listening;

  constructor(service: PlainService, parts: FrontParts, where: Listening) {
    this.service = service;
    this.#parts = parts;
    this.#where = where;
  }

  /** `http://address:port`; the port stays the same while the fakes run. */
  get origin(): string {
    const { address, port } = this.#where;
    return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
  }

  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    this.#server = createServer((socket) => {
      const record = this.#parts.log.connection("direct");
      record.service = this.service.name;
      this.#parts.sockets.track(socket, record);
      const fault = this.#parts.faults.takeForConnection(this.service.name);
      if (fault !== undefined) record.fault = nameOf(fault);
      if (fault !== undefined && playOnConnection(socket, fault)) return;
      this.#parts.engine.accept(socket, { record, service: this.service, socket, scheme: "http" });
    });
    this.#where = await listening(this.#server, this.#where.address, this.#where.port);
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    // Not awaited: it calls back only when the last open connection ends, and the port is closed at once.
    server?.close();
  }

  /** Opens or closes the port according to the active faults. */
  async follow(): Promise<void> {
    if (this.#parts.faults.refuses(this.service.name)) await this.close();
    else await this.open();
  }
}
