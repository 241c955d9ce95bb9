import type { CertificateProblem } from "./certificates.ts";
import type { Reply } from "./exchange.ts";

/**
 * A fault. `when` is the point at which it occurs. `connect`: before TLS and HTTP (the TCP connection itself is
 * accepted). `request`: after the whole request is read, before any byte of a response. `headers`: after the status
 * line, the headers and half of the body.
 */
export type Fault =
  /** Nothing listens. A metadata server's port is closed; behind the proxy, the response to CONNECT is 502. */
  | { readonly kind: "refuse" }
  /** TCP RST. */
  | { readonly kind: "reset"; readonly when: "connect" | "request" | "headers" }
  /** An orderly end (FIN) without a response. */
  | { readonly kind: "drop"; readonly when: "connect" | "request" }
  /** Stays open and never sends anything. */
  | { readonly kind: "hang"; readonly when: "connect" | "request" | "headers" }
  | { readonly kind: "certificate"; readonly problem: CertificateProblem }
  /** This response instead of the service's own: throttling, server errors, a 200 without a token. */
  | { readonly kind: "answer"; readonly reply: Reply }
  | { readonly kind: "redirect"; readonly location: string; readonly status?: 301 | 302 | 307 | 308 }
  /** The service's own response, cut off in the middle by closing the connection. */
  | { readonly kind: "truncate" }
  /** Bytes that are not HTTP. */
  | { readonly kind: "garbage" }
  /** A well-formed 200 whose body is this many bytes of JSON string. */
  | { readonly kind: "huge"; readonly bytes: number }
  | BytesFault;

/** Raw bytes to send, and how the connection ends. */
export interface BytesFault {
  readonly kind: "bytes";
  readonly when: "connect" | "request";
  /** Latin-1 text or bytes, one write each; or, after a request, a function of the service's own response. */
  readonly pieces: readonly Bytes[] | ((real: Reply) => readonly Bytes[]);
  /** Milliseconds before each piece except the first. */
  readonly everyMs?: number;
  readonly end: "close" | "reset" | "hang";
}

/** Latin-1 text or bytes. */
export type Bytes = string | Uint8Array;

export interface FaultRule {
  /** Name of the service: `aws.ecr`. */
  readonly service: string;
  /** Only this operation; not possible with faults that precede the request. */
  readonly operation?: string;
  /** How many times; without it, until removed. (A metadata server's closed port can't count, so it stays closed until removed.) */
  readonly times?: number;
  readonly fault: Fault;
}

/** An active rule. */
export interface ActiveFault extends FaultRule {
  /** How often it has been played. */
  readonly played: number;
  remove(): Promise<void>;
}

interface Entry {
  readonly rule: FaultRule;
  played: number;
}

/** Reports whether a fault precedes the request. */
export function isConnectionFault(fault: Fault): boolean {
  return (
    fault.kind === "refuse" || fault.kind === "certificate" || ("when" in fault && fault.when === "connect")
  );
}

/** Short name for logs: `reset (request)`, `answer 429`. */
export function nameOf(fault: Fault): string {
  if (fault.kind === "answer") return `answer ${fault.reply.status}`;
  if (fault.kind === "certificate") return `certificate ${fault.problem}`;
  return "when" in fault ? `${fault.kind} (${fault.when})` : fault.kind;
}

/** The active rules; if several match, the oldest is played first. */
export class Faults {
  readonly #entries = new Set<Entry>();
  /** Called after rules change, so that listeners open and close their ports. */
  changed: () => Promise<void> = async () => {};

  /** Adds a rule; resolves once a refused port is really closed. */
  async add(rule: FaultRule): Promise<ActiveFault> {
    if (rule.operation !== undefined && isConnectionFault(rule.fault)) {
      throw new Error(
        `fault "${nameOf(rule.fault)}" comes before the operation is known: leave "operation" out`,
      );
    }
    const entry: Entry = { rule, played: 0 };
    this.#entries.add(entry);
    await this.changed();
    return {
      ...rule,
      get played() {
        return entry.played;
      },
      remove: async () => {
        this.#entries.delete(entry);
        await this.changed();
      },
    };
  }

  async clear(): Promise<void> {
    this.#entries.clear();
    await this.changed();
  }

  /** The fault to play on a new connection, counted as played. */
  takeForConnection(service: string): Fault | undefined {
    return this.#take((rule) => rule.service === service && isConnectionFault(rule.fault));
  }

  /** The fault to play on a request, counted as played. */
  takeForRequest(service: string, operation: string): Fault | undefined {
    return this.#take(
      (rule) =>
        rule.service === service &&
        !isConnectionFault(rule.fault) &&
        (rule.operation === undefined || rule.operation === operation),
    );
  }

  /** Reports whether connections to this service are refused, without counting. */
  refuses(service: string): boolean {
    return [...this.#entries].some(({ rule }) => rule.service === service && rule.fault.kind === "refuse");
  }

  #take(fits: (rule: FaultRule) => boolean): Fault | undefined {
    for (const entry of this.#entries) {
      if (!fits(entry.rule)) continue;
      entry.played++;
      if (entry.rule.times !== undefined && entry.played >= entry.rule.times) this.#entries.delete(entry);
      return entry.rule.fault;
    }
    return undefined;
  }
}
