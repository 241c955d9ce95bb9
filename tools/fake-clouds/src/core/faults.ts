import type { CertificateProblem } from "./certificates.ts";
import type { Reply } from "./exchange.ts";

/**
 * A fault. `when` says how far the exchange gets before it: `connect` is before TLS and HTTP (the TCP
 * connection itself is accepted), `request` is after the whole request was read and before any byte of a response,
 * `headers` is after the status line, the headers and half of the body.
 */
export type Fault =
  /** Nothing listens. A metadata server's port is closed; behind the proxy, the response to CONNECT is 502. */
  | { readonly kind: "refuse" }
  /** TCP RST. */
  | { readonly kind: "reset"; readonly when: "connect" | "request" | "headers" }
  /** An orderly end (FIN) without a response. */
  | { readonly kind: "drop"; readonly when: "connect" | "request" }
  /** Open and silent for ever. */
  | { readonly kind: "hang"; readonly when: "connect" | "request" | "headers" }
  | { readonly kind: "certificate"; readonly problem: CertificateProblem }
  /** This response instead of the service's own: throttling, server errors, a 200 that holds no token. */
  | { readonly kind: "answer"; readonly reply: Reply }
  | { readonly kind: "redirect"; readonly location: string; readonly status?: 301 | 302 | 307 | 308 }
  /** The service's own response, whose second half is cut off by the connection's end. */
  | { readonly kind: "truncate" }
  /** Bytes that are not HTTP. */
  | { readonly kind: "garbage" }
  /** A well-formed 200 whose body is this many bytes of JSON string. */
  | { readonly kind: "huge"; readonly bytes: number }
  | BytesFault;

/** Bytes as they go over the wire, and what the connection does then. */
export interface BytesFault {
  readonly kind: "bytes";
  readonly when: "connect" | "request";
  /** Latin-1 text or bytes, each a write of its own; or made of the service's own response, after a request. */
  readonly pieces: readonly Bytes[] | ((real: Reply) => readonly Bytes[]);
  /** Milliseconds before each piece but the first. */
  readonly everyMs?: number;
  readonly end: "close" | "reset" | "hang";
}

/** Latin-1 text or bytes. */
export type Bytes = string | Uint8Array;

export interface FaultRule {
  /** Name of the service: `aws.ecr`. */
  readonly service: string;
  /** Only this operation; not possible with faults that come before the request is known. */
  readonly operation?: string;
  /** How many times; without it, until removed. (A metadata server's closed port can't count: there, until removed.) */
  readonly times?: number;
  readonly fault: Fault;
}

/** A rule in force. */
export interface ActiveFault extends FaultRule {
  /** How often it was played so far. */
  readonly played: number;
  remove(): Promise<void>;
}

interface Entry {
  readonly rule: FaultRule;
  played: number;
}

/** Whether a fault strikes before there is a request to look at. */
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

/** The rules in force; of several that fit, the one added first is played first. */
export class Faults {
  readonly #entries = new Set<Entry>();
  /** Called after rules came or went: listeners open and close their ports by it. */
  changed: () => Promise<void> = async () => {};

  /** Puts a rule in force; settles when a refused port is really closed. */
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

  /** Whether connections to this service are refused, without counting. */
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
