import type { Received, Reply } from "./exchange.ts";

/** One cloud service. Its name is what the request log, latency and faults call it. */
export interface Service {
  /** `cloud.service` in lower case: `aws.ecr`, `azure.entra`. */
  readonly name: string;
  /** What it is, for a person reading the list of running servers. */
  readonly about: string;
  /** Name of the request's operation, for the log and for faults: an API action, or a short word for the path. */
  operation(request: Received): string;
  handle(request: Received): Reply | Promise<Reply>;
}

/** A service behind TLS, reached under its real host names on port 443. */
export interface TlsService extends Service {
  /** Whether this (lower-case) host name belongs to it. No two services may claim one host. */
  hosts(host: string): boolean;
  /** True where clients may show a certificate (mutual TLS). Only connections through the proxy are asked for one. */
  readonly clientCertificates?: boolean;
  /** One of its names, for a person to try. */
  readonly example: string;
}

/** A service on plain HTTP with an address of its own: a metadata server. */
export interface PlainService extends Service {
  /** Address and port where the real one listens, for a network namespace: `169.254.169.254:80`. */
  readonly realAddress: string;
}
