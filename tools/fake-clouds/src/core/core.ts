import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CertificateAuthority } from "./certificates.ts";
import type { Clock } from "./clock.ts";
import { Cluster } from "./cluster.ts";
import { Engine } from "./engine.ts";
import { Faults } from "./faults.ts";
import { EMPTY_IMAGES, type ImageSource } from "./images.ts";
import { Issuers } from "./issuers.ts";
import { Latency } from "./latency.ts";
import { Log } from "./log.ts";
import { oidcDocumentsService } from "./oidc-documents.ts";
import { PlainFront } from "./plain-front.ts";
import { ForwardProxy, type ProxyOptions } from "./proxy.ts";
import { makeRunDirectory, removeRunDirectory } from "./run-directory.ts";
import { Secrets } from "./secrets.ts";
import type { PlainService, TlsService } from "./service.ts";
import { Sockets } from "./sockets.ts";
import { type FrontParts, type Listening, TlsFront } from "./tls-front.ts";

export interface CoreOptions {
  /** Milliseconds since 1970; default the system's clock. With another one, executables run as on nodes with a wrong clock. */
  readonly clock?: Clock;
  readonly proxy?: ProxyOptions;
  /** `iss` of service account tokens. */
  readonly issuer?: string;
  /** Images of the registries. Default: every name is an image without a platform. */
  readonly images?: ImageSource;
  /**
   * Where to listen, by service name, instead of a free port of 127.0.0.1; `tls` for all TLS services. With
   * `{ tls: { address: "127.0.0.1", port: 443 }, "aws.imds": { address: "169.254.169.254", port: 80 } }` a network namespace becomes a cloud.
   */
  readonly listen?: Readonly<Record<string, Listening>>;
}

/** The base of every cloud: servers, certificates, log, faults, secrets, the cluster that issues pod tokens. */
export class Core {
  readonly log = new Log();
  readonly faults = new Faults();
  readonly latency = new Latency();
  readonly secrets = new Secrets();
  readonly clock: Clock;
  /** The default cluster of the pods that pull. */
  readonly cluster: Cluster;
  /** Clusters of every kind, each with an issuer URL in that kind's format. */
  readonly clusters: Clusters;
  /** All issuers of tokens that others accept. */
  readonly issuers: Issuers;
  readonly authority: CertificateAuthority;
  readonly proxy: ForwardProxy;
  readonly images: ImageSource;
  /** A directory for this run's files: the CA certificate, token and key files. Removed on close. */
  readonly directory: string;
  readonly tls: TlsFront;
  readonly #plain = new Map<string, PlainFront>();
  readonly #separate: TlsFront[] = [];
  readonly #parts: FrontParts;
  readonly #sockets = new Sockets();
  readonly #engine: Engine;
  readonly #listen: Readonly<Record<string, Listening>>;

  private constructor(options: CoreOptions, authority: CertificateAuthority, directory: string) {
    this.clock = options.clock ?? Date.now;
    this.authority = authority;
    this.directory = directory;
    this.images = options.images ?? EMPTY_IMAGES;
    this.issuers = new Issuers(this.clock, this.secrets);
    const cluster = (issuer: string, readable = true) => {
      const made = new Cluster(issuer, this.clock, this.secrets, readable);
      this.issuers.add(made);
      return made;
    };
    this.clusters = {
      eks: cluster(CLUSTER_ISSUERS.eks),
      aks: cluster(CLUSTER_ISSUERS.aks),
      gke: cluster(CLUSTER_ISSUERS.gke),
      onPremises: cluster(CLUSTER_ISSUERS.onPremises),
      private: cluster(CLUSTER_ISSUERS.private, false),
    };
    this.cluster = options.issuer === undefined ? this.clusters.eks : cluster(options.issuer);
    this.#engine = new Engine(this.log, this.faults, this.latency, this.clock);
    this.#parts = {
      log: this.log,
      faults: this.faults,
      engine: this.#engine,
      sockets: this.#sockets,
      authority,
    };
    this.tls = new TlsFront(this.#parts);
    this.proxy = new ForwardProxy(this.tls, this.#parts, options.proxy ?? {});
    this.#listen = options.listen ?? {};
    if (options.proxy?.credentials)
      this.secrets.register("proxy.password", options.proxy.credentials.password);
    this.faults.changed = async () => {
      await Promise.all([...this.#plain.values()].map((front) => front.follow()));
    };
  }

  /** Creates the CA, writes it to {@link caFile} and starts the proxy. Services are added afterwards. */
  static async start(options: CoreOptions): Promise<Core> {
    const authority = await CertificateAuthority.create();
    const directory = await makeRunDirectory();
    const core = new Core(options, authority, directory);
    await writeFile(core.caFile, authority.pem);
    core.addTls(
      oidcDocumentsService("kubernetes.oidc", "clusters' OIDC issuers", () => [
        ...new Set([core.cluster, ...Object.values(core.clusters)]),
      ]),
    );
    await core.proxy.listen();
    const tls = options.listen?.["tls"];
    if (tls !== undefined) await core.tls.listen(tls);
    return core;
  }

  /** PEM file with the CA certificate, for SSL_CERT_FILE. */
  get caFile(): string {
    return join(this.directory, "ca.pem");
  }

  /** Errors of the fakes themselves. */
  get defects(): readonly Error[] {
    return this.#engine.defects;
  }

  get plainServices(): readonly PlainFront[] {
    return [...this.#plain.values()];
  }

  /** Adds a service behind TLS under its real names. */
  addTls(service: TlsService): void {
    this.tls.add(service);
  }

  /**
   * Starts a TLS service with its own address and CA, which the proxy does not serve: an endpoint inside a cluster.
   * @returns where it listens
   */
  async addSeparateTls(service: TlsService, authority: CertificateAuthority): Promise<Listening> {
    const front = new TlsFront({ ...this.#parts, authority });
    front.add(service);
    this.#separate.push(front);
    return await front.listen(this.#listen[service.name] ?? { address: "127.0.0.1", port: 0 });
  }

  /** Starts a plain HTTP service. @returns its origin, `http://127.0.0.1:PORT` */
  async addPlain(service: PlainService): Promise<string> {
    const where = this.#listen[service.name] ?? { address: "127.0.0.1", port: 0 };
    const front = new PlainFront(service, this.#parts, where);
    await front.open();
    this.#plain.set(service.name, front);
    return front.origin;
  }

  /** Writes a file into {@link directory}, readable by its owner only. @returns its path */
  async writeFile(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.directory, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  }

  async close(): Promise<void> {
    this.#engine.close();
    this.proxy.close();
    this.tls.close();
    for (const front of this.#separate) front.close();
    await Promise.all([...this.#plain.values()].map((front) => front.close()));
    this.#sockets.closeAll();
    await removeRunDirectory(this.directory);
  }
}

/** Clusters by kind; the API server of `private` is reachable only from its own network. */
export type Clusters = Readonly<Record<keyof typeof CLUSTER_ISSUERS, Cluster>>;

/** In the vendors' formats; on premises, an issuer with its documents in a public bucket. */
const CLUSTER_ISSUERS = {
  eks: "https://oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
  aks: "https://eastus.oic.prod-aks.azure.com/10000000-aaaa-4aaa-8aaa-000000000001/40000000-dddd-4ddd-8ddd-000000000001/",
  gke: "https://container.googleapis.com/v1/projects/imagecred-prod/locations/us-central1/clusters/prod",
  onPremises: "https://oidc.example.com/clusters/on-premises",
  private: "https://kubernetes.default.svc.cluster.local",
} as const;
