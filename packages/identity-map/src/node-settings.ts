/** A group of fields whose names are those of the flags of `--node-identity`, without `node`. */
type NodeGroup = Readonly<Record<string, string | undefined>>;

/**
 * An entry's `node`, as what reads the flags of `--node-identity` reads settings: `node-managed-identity` is
 * `managedIdentity`, and `node-identity` is `identity`.
 * @param from where the group is written
 */
export function nodeSettingsOf(group: NodeGroup, from: string) {
  const fieldOf = (flag: string) =>
    flag.slice("node-".length).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return {
    any: Object.values(group).some((value) => value !== undefined),
    value: (flag: string) => group[fieldOf(flag)],
    nameOf: (flag: string) => `${from}.${fieldOf(flag)}`,
  };
}
