import type { Clouds, CloudsOptions, Plugin } from "@imagecred/fake-clouds";
import type { CallKind, Expectation } from "./expectation.ts";
import type { RequestOptions } from "./request.ts";
import type { FaultName } from "./suites/fault-cases.ts";

/** One request of a case, with the fakes' names. */
export interface Call {
  /** `aws.ecr` */
  readonly service: string;
  /** `GetAuthorizationToken` */
  readonly operation: string;
  readonly kind: CallKind;
  /** Exceptions from the usual effect of faults on this kind of call; a comment gives the reason. */
  readonly faults?: Readonly<Partial<Record<FaultName, Partial<Expectation>>>>;
}

/** Inputs of a run. */
export interface Inputs {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly request?: RequestOptions;
}

/** An identity that works without faults. Its faults are derived from its calls. */
export interface Case {
  /** `the node's role, by IMDSv2` */
  readonly what: string;
  /** Variables of a run, in addition to those for the route to the clouds (the proxy, their CA). */
  readonly setUp: (clouds: Clouds) => Promise<Inputs>;
  /** Its requests, in order; nothing else may be sent. */
  readonly calls: readonly Call[];
  /** The service to which a connection must open before the previous call has its response. */
  readonly opensEarly?: string;
  readonly cacheKeyType: "Image" | "Registry" | "Global";
  /** Sets the lifetime of later credentials in seconds (negative: expired). Without it, lifetimes are not tested. */
  readonly setLife?: (clouds: Clouds, seconds: number) => void;
}

/** A plugin, with the data that its suites need. */
export interface Scenario {
  readonly plugin: Plugin;
  /** File name in `dist/`. */
  readonly executable: string;
  readonly clouds?: CloudsOptions;
  /** Repository name, as the kubelet gives it; it must exist in the fake registry. */
  readonly image: string;
  /** Key of the response that must contain the credential. Default: the image's registry host. */
  readonly authKey?: string;
  /** Most nodes use the first one. */
  readonly cases: readonly [Case, ...Case[]];
  /** Images of hosts that this plugin does not serve: rejected before anything is sent. */
  readonly foreignImages: readonly string[];
  /** A node without any identity; the metadata address is the real one. */
  readonly offCloud: {
    readonly setUp: (clouds: Clouds) => Promise<Inputs>;
    /** Text that stderr must contain. */
    readonly tried: RegExp;
  };
  /** Real names and addresses, for the network namespace. */
  readonly network: {
    /** Names that resolve to the fakes' TLS on port 443. */
    readonly cloudHosts: readonly string[];
    /** The fake that listens on 169.254.169.254:80. */
    readonly metadataService: string;
    /** Names of the metadata server. */
    readonly metadataHosts?: readonly string[];
    /** The first case, without variables that point to a metadata server. */
    readonly setUp: (clouds: Clouds) => Promise<Inputs>;
    /** More metadata services, by their addresses on a node, on port 80. */
    readonly addresses?: Readonly<Record<string, string>>;
    /** More cases, with the inputs that they have on a node. */
    readonly cases?: readonly Case[];
  };
}

/** `aws.ecr GetAuthorizationToken` */
export function nameOfCall({ service, operation }: Pick<Call, "service" | "operation">): string {
  return `${service} ${operation}`;
}
