/** Where a value comes from, for messages. */
export interface Source {
  readonly kind:
    | "command-line"
    | "argument-file"
    | "configuration"
    | "drop-in"
    | "environment"
    | "unit"
    | "default";
  /** `the command line of process 57`, `/etc/rancher/k3s/config.yaml:3`. */
  readonly says: string;
  /** The file below the kubelet's root, where it is one. */
  readonly path?: string;
  /** From 1. */
  readonly line?: number;
}

/** One flag of a kubelet. */
export interface Flag {
  /** Without dashes: `image-credential-provider-config`. */
  readonly name: string;
  readonly value: string;
  readonly source: Source;
}

/** The flags that a kubelet runs with, in the order in which it reads them: the last one of a name wins. */
export interface Flags {
  readonly all: readonly Flag[];
  /**
   * What could not be seen and may set flags too, each a sentence: "its command line is hidden …". Where this is not empty,
   * a flag that is absent here is not known to be absent.
   */
  readonly unseen: readonly string[];
}

/** The one that counts. */
export function flagValue(flags: Flags, name: string): Flag | undefined {
  return flags.all.findLast((flag) => flag.name === name);
}
