import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS, RESTART, ROOT, WAIT } from "../shared-options.ts";

export const uninstall = {
  name: "uninstall",
  summary: "restore a node to its state before install",
  description:
    "Restores every file that install replaced, with its mode and owner, and removes the files, directories and backups " +
    "that it added. Uses the record in /var/lib/imagecred, and removes that last. Fails if a file was changed after it was " +
    "installed, unless --force is given.",
  options: [
    ROOT,
    { name: "dry-run", about: "show the differences, change nothing" },
    RESTART,
    WAIT,
    { name: "force", about: "also restore files that were changed after they were installed" },
    ...COMMON_OPTIONS,
  ],
  examples: [
    { command: "sudo imagecred uninstall --dry-run", about: "show what would change" },
    {
      command: "sudo imagecred uninstall --restart",
      about: "uninstall, and restart the kubelet without the plugins",
    },
  ],
} as const satisfies CommandDefinition;

export type UninstallOptions = OptionsOf<typeof uninstall>;
