import type { Cloud } from "../../distributions/types.ts";
import type { WrittenFile } from "./write.ts";

export interface InitDocument {
  readonly kind: "Initialization";
  readonly distribution: string;
  readonly title: string;
  readonly clouds: readonly Cloud[];
  readonly podIdentity: boolean;
  readonly directory: string;
  readonly files: readonly WrittenFile[];
  /** To run once per cluster, before the others. */
  readonly clusterCommands: readonly string[];
  /** The two commands that apply the files to nodes. */
  readonly commands: readonly [string, string];
  readonly notes: readonly string[];
}
