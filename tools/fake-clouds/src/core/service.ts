import type { Received, Reply } from "./exchange.ts";

/** A cloud service, with its name in the request log, latency and faults. */
export interface Service {
  /** `cloud.service` in lower case: `aws.ecr`, `azure.entra`. */
  readonly name: string;
  /** Description for the list of running servers. */
  readonly about: string;
  /** Name of the request's operation, for the log and for faults: an API action, or a short word for the path. */
  operation(request: Received): string;
  handle(request: Received): Reply | Promise<Reply>;
}

/** A TLS service, reachable under its real host names on port 443. */
export interface TlsService extends Service {
  /** Whether this (lower-case) host name belongs to it. Two services cannot claim the same host. */
  hosts(host: string): boolean;
  /** True if clients can send a certificate (mutual TLS). Only connections through the proxy request one. */
  readonly clientCertificates?: boolean;
  /** One of its host names, as an example. */
  readonly example: string;
}

/** A plain HTTP service with its own address: a metadata server. */
export interface PlainService extends Service {
  /** Address and port of the real service, for a network namespace: `169.254.169.254:80`. */
  readonly realAddress: string;
}
