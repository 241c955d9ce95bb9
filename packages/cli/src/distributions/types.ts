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

/** What `init` writes, derived from its options. */
export interface Plan {
  readonly clouds: readonly Cloud[];
  readonly providers: readonly ProviderEntry[];
  readonly podIdentity: boolean;
  /** The directory to write to, as given by the operator; used in commands. */
  readonly directory: string;
}

export interface OutputFile {
  /** Name within the directory that `init` writes. */
  readonly name: string;
  readonly content: string;
  /** Description for the summary. */
  readonly about: string;
}

/** A file that `imagecred install` installs on a node besides the executables. */
export interface NodeFile {
  /** Name within the directory that `init` writes. */
  readonly name: string;
  /** Absolute paths on the node; used is the first one whose directory exists, else the first one. */
  readonly paths: readonly [string, ...string[]];
  /**
   * The handling of an existing file. `replace`: replace it and keep a backup. `kubelet-extra-args`: merge KUBELET_EXTRA_ARGS
   * into it. For the others init writes no file: the flags are added to the node's own file, which must exist.
   * `argument-file`: MicroK8s' arguments, one per line. `k0s-unit`: `--kubelet-extra-args` in the unit's command.
   */
  readonly merge: "replace" | "kubelet-extra-args" | "argument-file" | "k0s-unit";
}

/** The paths on a distribution's Windows nodes, and the service that contains their kubelet. */
export interface WindowsNodes {
  readonly configPath: string;
  readonly binDir: string;
  /** Name of the Windows service. */
  readonly service: string;
  /** Another note; a sentence. */
  readonly more?: string;
}

export interface Distribution {
  readonly id: string;
  /** Its official name. */
  readonly title: string;
  /** The kubelet's directory of executables. */
  readonly binDir: string;
  readonly configPath: string;
  /** Whether `imagecred install` can install executables on a node (on others they are part of an image). */
  readonly installable: boolean;
  /** Files that `imagecred install` installs besides the configuration. */
  readonly nodeFiles: readonly NodeFile[];
  /** The command (without sudo) after which the kubelet has read a changed configuration. */
  readonly restart: string;
  /** Its Windows nodes, if it has any; `imagecred install` is for Linux nodes. */
  readonly windows?: WindowsNodes;
  /** Why this distribution does not support the plan; undefined if it does. */
  readonly refuses?: (plan: Plan) => string | undefined;
  /** The files to write. */
  files(plan: Plan): readonly OutputFile[];
  /** The two commands that apply the files. */
  commands(plan: Plan): readonly [string, string];
  /** Notes for operators of this distribution, each of a sentence or two. */
  notes(plan: Plan): readonly string[];
}
