/** The place where a value is set. */
export interface Source {
  readonly kind:
    | "command-line"
    | "argument-file"
    | "configuration"
    | "drop-in"
    | "environment"
    | "unit"
    | "default";
  /** For messages: `the command line of process 57`, `/etc/rancher/k3s/config.yaml:3`. */
  readonly label: string;
  /** The file, as a path below the kubelet's root; undefined if the source is not a file. */
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
   * What could not be read and can set flags too, each a sentence: "its command line is hidden …". If this is not empty, a
   * flag that is missing here can still be set.
   */
  readonly unseen: readonly string[];
}

/** The flag of this name that takes effect: the last one. */
export function flagValue(flags: Flags, name: string): Flag | undefined {
  return flags.all.findLast((flag) => flag.name === name);
}
