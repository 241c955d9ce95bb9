import { baseName, joinPath, kubeletPath, parentOf } from "@imagecred/node";
import type { Platform } from "../runtime/types.ts";
import type { Places } from "./places.ts";

/** Where the files are that `--identities` names. */
export interface MapPlaces {
  /** The path at which a file is read; undefined where it is not to be found. */
  find(named: string): string | undefined;
  /** True where a file that is not found is not there for the plugin either. */
  readonly complete: boolean;
  /** A file that is checked by itself, without a configuration. */
  readonly alone: string | undefined;
}

/**
 * Where the files are that a configuration's `--identities` names: where the running kubelet's plugins see them; for a
 * configuration that is only a file here, at that path, else a file of that name that was named beside it, else the one next
 * to it.
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
      // What may not be looked at is reported when it is read.
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
        // As the configuration was named, relative or not: findings in CI have paths of the repository.
        config.includes("/") ? joinPath(parentOf(config), baseName(named)) : baseName(named),
      ];
      return candidates.find(isFile);
    },
    complete: kubelet !== undefined,
    alone: undefined,
  };
}
