import type { Clouds } from "@imagecred/fake-clouds";

let files = 0;

/**
 * Writes a file for `--identities`.
 * @param entries the YAML of each entry, starting at `registries:`, without indentation
 * @returns its path
 */
export function identityMapFile(
  { core }: Pick<Clouds, "core">,
  ...entries: readonly string[]
): Promise<string> {
  const list = entries.map((entry) => `  - ${entry.trim().replaceAll("\n", "\n    ")}\n`).join("");
  files++;
  return core.writeFile(
    `identities-${files}.yaml`,
    `apiVersion: imagecred.dev/v1alpha1\nkind: ImageIdentities\nidentities:\n${list}`,
  );
}
