import type { Clouds, CloudsOptions, Plugin } from "@imagecred/fake-clouds";
import type { CallKind, Expectation } from "./expectation.ts";
import type { RequestOptions } from "./request.ts";
import type { FaultName } from "./suites/fault-cases.ts";

/** One request that a case makes, as the fakes name it. */
export interface Call {
  /** `aws.ecr` */
  readonly service: string;
  /** `GetAuthorizationToken` */
  readonly operation: string;
  readonly kind: CallKind;
  /** Where this call differs from what faults do to its kind, with the reason in a comment. */
  readonly faults?: Readonly<Partial<Record<FaultName, Partial<Expectation>>>>;
}

/** Inputs of a run. */
export interface Inputs {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly request?: RequestOptions;
}

/** An identity with which all goes well. Its faults are derived from its calls. */
export interface Case {
  /** `the node's role, by IMDSv2` */
  readonly what: string;
  /** Variables of a run, besides those for the route to the clouds (the proxy, their CA). */
  readonly setUp: (clouds: Clouds) => Promise<Inputs>;
  /** Its requests, in order; nothing else may be sent. */
  readonly calls: readonly Call[];
  /** The service to which a connection must open while the call before is still being answered. */
  readonly opensEarly?: string;
  readonly cacheKeyType: "Image" | "Registry" | "Global";
  /** Makes the credentials that follow live this long (seconds; negative: they have ended). Without it, lives are not tested. */
  readonly setLife?: (clouds: Clouds, seconds: number) => void;
}

/** A plugin, and what its suites have to know. */
export interface Scenario {
  readonly plugin: Plugin;
  /** File name in `dist/`. */
  readonly executable: string;
  readonly clouds?: CloudsOptions;
  /** Repository name, as the kubelet gives it; it must exist in the fake registry. */
  readonly image: string;
  /** Key of the response that must contain the credential. Default: the image's registry host. */
  readonly authKey?: string;
  /** The first is the one that most nodes use. */
  readonly cases: readonly [Case, ...Case[]];
  /** Images of hosts that are not this plugin's: refused before anything is sent. */
  readonly foreignImages: readonly string[];
  /** A node without any identity; the metadata address is the real one. */
  readonly offCloud: {
    readonly setUp: (clouds: Clouds) => Promise<Inputs>;
    /** Text that stderr must contain. */
    readonly tried: RegExp;
  };
  /** Where things are in the real world, for the network namespace. */
  readonly network: {
    /** Names that lead to the fakes' TLS on port 443. */
    readonly cloudHosts: readonly string[];
    /** The fake that gets 169.254.169.254:80. */
    readonly metadataService: string;
    /** Names of the metadata server. */
    readonly metadataHosts?: readonly string[];
    /** The first case, with no variable that leads to a metadata server. */
    readonly setUp: (clouds: Clouds) => Promise<Inputs>;
    /** More metadata services, with the addresses that they have on a node, on port 80. */
    readonly addresses?: Readonly<Record<string, string>>;
    /** More cases, whose inputs are given as on a node. */
    readonly cases?: readonly Case[];
  };
}

/** `aws.ecr GetAuthorizationToken` */
export function nameOfCall({ service, operation }: Pick<Call, "service" | "operation">): string {
  return `${service} ${operation}`;
}
