import type { ConfigReading } from "@imagecred/kubelet";
import type { Change } from "../../edit/change.ts";

/** What to do about a problem that stops the kubelet. */
export interface Fix {
  readonly text: string;
  readonly changes?: readonly Change[];
  readonly guess?: boolean;
}

/** What a fix may depend on, apart from the problem. */
export interface FixContext {
  readonly reading: ConfigReading;
  readonly minor: number;
  readonly texts: ReadonlyMap<string, string>;
  /** Whether the path is a directory. */
  readonly isDirectory: boolean;
}
