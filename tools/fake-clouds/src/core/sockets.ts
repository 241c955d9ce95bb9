import type { Socket } from "node:net";
import { timestamp } from "./clock.ts";
import type { ConnectionRecord } from "./log.ts";

/** All open TCP sockets, so that closing the fakes closes them. */
export class Sockets {
  readonly #open = new Set<Socket>();

  track(socket: Socket, record?: ConnectionRecord): void {
    this.#open.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {}); // ignore resets by the client
    socket.once("close", () => {
      this.#open.delete(socket);
      if (record !== undefined) record.closedAt = timestamp();
    });
  }

  closeAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
