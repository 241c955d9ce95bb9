import type { CredentialProvider } from "@imagecred/kubelet";
import { baseName, joinPath } from "@imagecred/node";
import { IDENTITIES_NAME } from "../../distributions/identities.ts";
import { CommandError } from "../../errors.ts";
import { decodeMapFile } from "../../identity-map/map-file.ts";
import { systemDoes, type Target } from "../../installation/target.ts";
import { type KnownPlugin, pluginByName } from "../../plugins/known-plugins.ts";
import type { FileSystem } from "../../runtime/types.ts";

/** An `--identities` file to install on the node. */
export interface IdentitiesFile {
  readonly from: string;
  /** The path in the configuration. */
  readonly to: string;
  readonly data: Uint8Array;
}

interface Use {
  readonly plugin: KnownPlugin;
  readonly args: readonly string[];
}

/**
 * The `--identities` files that a configuration names: each from the directory that `init` wrote, under its own name, or as
 * `identities.yaml` if it is the only one.
 * @throws {CommandError} for a file that a plugin rejects, or that would be missing on the node: every pull would fail
 */
export function identitiesFiles(
  providers: readonly CredentialProvider[],
  directory: string,
  target: Target,
  fileSystem: FileSystem,
): readonly IdentitiesFile[] {
  const uses = new Map<string, readonly Use[]>();
  for (const { name, args: given } of providers) {
    const args = given ?? [];
    const plugin = pluginByName(name);
    const path = plugin?.read({ args, env: {} }).identitiesFile;
    if (plugin !== undefined && path?.startsWith("/") === true)
      uses.set(path, [...(uses.get(path) ?? []), { plugin, args }]);
  }
  return [...uses].flatMap(([to, ofFile]) => {
    const names = [baseName(to), ...(uses.size === 1 ? [IDENTITIES_NAME] : [])];
    const from = names
      .map((name) => joinPath(directory, name))
      .find((path) => fileSystem.status(path)?.kind === "file");
    if (from === undefined) {
      if (systemDoes(to, () => target.files.status(to)) !== undefined) return [];
      throw new CommandError(
        `the configuration names ${to} (--identities), which is neither on the node nor in ${directory} (${names.join(" or ")}): every pull through these plugins would fail`,
      );
    }
    const { data, decoded } = systemDoes(`reading ${from}`, () => decodeMapFile(from, fileSystem));
    for (const { plugin, args } of ofFile) {
      const [problem] = plugin.map.check(decoded, from, { args, env: {} });
      if (problem === undefined) continue;
      const { line, column } = problem.position;
      throw new CommandError(
        `${from}:${line}:${column}: ${problem.message}; every pull through ${plugin.name} would fail (imagecred validate ${from})`,
      );
    }
    return [{ from, to, data }];
  });
}
