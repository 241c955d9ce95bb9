/** `sha256:98dd3a628d8a`: the beginning of a configuration's hash, for people to compare. */
export function shortHash(hash: string): string {
  return hash.slice(0, "sha256:".length + 12);
}
