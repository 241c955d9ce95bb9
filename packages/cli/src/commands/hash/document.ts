export interface HashDocument {
  readonly kind: "ConfigurationHash";
  readonly config: string;
  readonly files: readonly string[];
  /** `sha256:` and 64 hexadecimal digits. */
  readonly hash: string;
  /** The line in the kubelet's metrics. */
  readonly metric: string;
}
