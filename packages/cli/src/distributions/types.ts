/** Azure's clouds, as azure.json names them. */
export const AZURE_CLOUDS = ["AzurePublicCloud", "AzureChinaCloud", "AzureUSGovernmentCloud"] as const;
export type AzureCloudName = (typeof AZURE_CLOUDS)[number];

export const CLOUDS = ["aws", "azure", "gcp"] as const;
export type Cloud = (typeof CLOUDS)[number];

/** One entry of a CredentialProviderConfig, as `init` writes it. */
export interface ProviderEntry {
  readonly name: string;
  /** Lines above the entry. */
  readonly comments: readonly string[];
  readonly matchImages: readonly string[];
  readonly defaultCacheDuration: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly tokenAttributes: TokenAttributes | undefined;
}

export interface TokenAttributes {
  readonly audience: string;
  readonly optionalAnnotations: readonly string[];
}

/** What `init` was asked for, worked out. */
export interface Plan {
  readonly clouds: readonly Cloud[];
  readonly providers: readonly ProviderEntry[];
  readonly podIdentity: boolean;
  /** The directory that is written, as the operator typed it; commands name it. */
  readonly directory: string;
}

export interface OutputFile {
  /** Name within the directory that `init` writes. */
  readonly name: string;
  readonly content: string;
  /** What it is, for the summary. */
  readonly about: string;
}

/** A file that `imagecred install` puts on a node besides the executables. */
export interface NodeFile {
  /** Name within the directory that `init` writes. */
  readonly name: string;
  /** Absolute path on the node; the first whose directory exists, the first where none does. */
  readonly paths: readonly [string, ...string[]];
  /**
   * How it meets a file that is there. `replace`: with a backup. `kubelet-extra-args`: its KUBELET_EXTRA_ARGS are merged into it.
   * The others have no file of init's: the flags get into the node's own one, which must be there. `argument-file`: MicroK8s'
   * arguments, a line each. `k0s-unit`: `--kubelet-extra-args` of the unit's command.
   */
  readonly merge: "replace" | "kubelet-extra-args" | "argument-file" | "k0s-unit";
}

/** Where the Windows nodes of a distribution have the two things, and what restarts their kubelet. */
export interface WindowsNodes {
  readonly configPath: string;
  readonly binDir: string;
  /** Name of the Windows service. */
  readonly service: string;
  /** What is to be known besides; a sentence. */
  readonly more?: string;
}

export interface Distribution {
  readonly id: string;
  /** As its makers write it. */
  readonly title: string;
  /** Where its kubelet looks, or is told to look, for executables. */
  readonly binDir: string;
  readonly configPath: string;
  /** Whether `imagecred install` is how executables get onto a node (the others are images or are built elsewhere). */
  readonly installable: boolean;
  /** Put on a node by `imagecred install`, beside the configuration. */
  readonly nodeFiles: readonly NodeFile[];
  /** The command (without sudo) after which the kubelet has read a changed configuration. */
  readonly restart: string;
  /** Its Windows nodes, where it has any; `imagecred install` is for Linux nodes. */
  readonly windows?: WindowsNodes;
  /** Why this plan cannot be had on this distribution. */
  readonly refuses?: (plan: Plan) => string | undefined;
  /** Everything that is written. */
  files(plan: Plan): readonly OutputFile[];
  /** The two commands that apply it. */
  commands(plan: Plan): readonly [string, string];
  /** What an operator of this distribution must know; each a sentence or two. */
  notes(plan: Plan): readonly string[];
}
