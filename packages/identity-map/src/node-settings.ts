/** A group of fields with the names of the flags of `--node-identity`, without `node`. */
type NodeGroup = Readonly<Record<string, string | undefined>>;

/**
 * An entry's `node` in the form of the flags of `--node-identity`: `node-managed-identity` is `managedIdentity`, and
 * `node-identity` is `identity`.
 * @param from the group's name, for messages
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
