/** Options of a test that needs root: skipped with its reason for everybody else. */
export function asRoot(what: string): { readonly skip: string | false } {
  return { skip: process.geteuid?.() === 0 ? false : `needs root, for ${what}` };
}
