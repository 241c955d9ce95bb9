import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS, RESTART, ROOT, WAIT } from "../shared-options.ts";

export const uninstall = {
  name: "uninstall",
  summary: "leave a node as it was before install",
  description:
    "Puts back every file that install replaced, with its mode and owner, and removes the files, directories and backups " +
    "that it added, by its record in /var/lib/imagecred, which goes last. It refuses when a file was changed after it was " +
    "installed, unless forced.",
  options: [
    ROOT,
    { name: "dry-run", about: "print the differences, change nothing" },
    RESTART,
    WAIT,
    { name: "force", about: "also files that were changed after they were installed" },
    ...COMMON_OPTIONS,
  ],
  examples: [
    { command: "sudo imagecred uninstall --dry-run", about: "what would change" },
    {
      command: "sudo imagecred uninstall --restart",
      about: "and restart the kubelet, which then runs without",
    },
  ],
} as const satisfies CommandDefinition;

export type UninstallOptions = OptionsOf<typeof uninstall>;
