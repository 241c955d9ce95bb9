import type { GroupLimits } from "./control-group.ts";

/** A node on which the executables have a hard time. */
export interface Condition {
  readonly title: string;
  /** Nothing of any file is in memory when the executable starts, as after boot. */
  readonly emptyPageCache: boolean;
  readonly limits: GroupLimits;
}

const MEMORY = { memoryBytes: 16 * 2 ** 20 } as const;
const CPU = { cpus: 0.1 } as const;

/** With the memory limit the page cache is always empty, since only what a group reads from the disk itself counts for it. */
export const CONDITIONS: readonly Condition[] = [
  { title: "first start after boot", emptyPageCache: true, limits: {} },
  { title: "first start after boot, 16 MiB of memory", emptyPageCache: true, limits: MEMORY },
  { title: "0.1 CPU", emptyPageCache: false, limits: CPU },
  {
    title: "first start after boot, 16 MiB of memory, 0.1 CPU",
    emptyPageCache: true,
    limits: { ...MEMORY, ...CPU },
  },
];
