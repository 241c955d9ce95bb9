import { baseName, joinPath, kubeletPath, parentOf } from "@imagecred/node";
import type { Platform } from "../runtime/types.ts";
import type { Places } from "./places.ts";

/** Where `--identities` files are looked for. */
export interface MapPlaces {
  /** The path from which to read a file; undefined if it is not found. */
  find(named: string): string | undefined;
  /** True if a file that is not found does not exist for the plugin either. */
  readonly complete: boolean;
  /** A file that is checked by itself, without a configuration. */
  readonly alone: string | undefined;
}

/**
 * Finds the `--identities` files of a configuration. For the running kubelet's configuration: where its plugins see them.
 * Otherwise: at that path on this machine, else a file of that name on the command line, else one next to the configuration.
 * @param beside other files on the command line
 * @param platform with the files as that kubelet sees them
 */
export function mapPlaces(
  { config, kubelet }: Places,
  beside: readonly string[],
  { fileSystem }: Platform,
): MapPlaces {
  const isFile = (path: string) => {
    try {
      return fileSystem.status(path)?.kind === "file";
    } catch {
      // An unreadable path is reported when it is read.
      return true;
    }
  };
  return {
    find(named) {
      if (kubelet !== undefined) {
        const path = kubeletPath(kubelet.node, named);
        return isFile(path) ? path : undefined;
      }
      const candidates = [
        ...(named.startsWith("/") ? [named] : []),
        ...beside.filter((path) => baseName(path) === baseName(named)),
        // Relative if the configuration's path is: findings in CI need paths in the repository.
        config.includes("/") ? joinPath(parentOf(config), baseName(named)) : baseName(named),
      ];
      return candidates.find(isFile);
    },
    complete: kubelet !== undefined,
    alone: undefined,
  };
}
