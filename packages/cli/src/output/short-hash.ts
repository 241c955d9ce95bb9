/** `sha256:98dd3a628d8a`: enough of a configuration's hash for a person to compare. */
export function shortHash(hash: string): string {
  return hash.slice(0, "sha256:".length + 12);
}
