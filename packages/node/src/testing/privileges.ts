/** Options of a test that needs root: skipped with a reason for other users. */
export function asRoot(what: string): { readonly skip: string | false } {
  return { skip: process.geteuid?.() === 0 ? false : `needs root, for ${what}` };
}
