/**
 * Replaces values that differ from run to run, both on the page and in a command's output. Everything else must be
 * identical.
 */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  // Line breaks depend on the length of the text that follows.
  [/\n {6,}(?=[^\s•✓✗!$-])/g, " "],
  [/\d+(?:\.\d+)? ms\b/g, "N ms"],
  [/\b\d+ h(?: \d+ min)?|\b\d+ min\b/g, "N min"],
  [/"cacheDuration":"[^"]+"/g, '"cacheDuration":"N"'],
  [/"password":"[^"]*"/g, '"password":"P"'],
  [/\b[0-9a-f]{64}\b/g, "SHA256"],
  [/\bsha256:[0-9a-f]{12}…/g, "sha256:…"],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "UUID"],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "TIME"],
  [/\.\d{8}T\d{6}Z\.bak\b/g, ".TIME.bak"],
  [/\b\d+ characters\b/g, "N characters"],
  [/\b\d+(?:\.\d+)? (?:bytes|[kM]B)\b/g, "N bytes"],
  [/(credential-provider|imagecred) \d+\.\d+\.\d+\S*/g, "$1 VERSION"],
];

export function normalized(text: string): string {
  return ALIKE.reduce((result, [pattern, by]) => result.replace(pattern, by), text.replace(/ +$/gm, ""));
}

/** Whether a command printed what the page shows; a line `…` there stands for any lines. */
export function fits(shown: string, printed: string): boolean {
  const parts = normalized(shown).split(/^ *…\n/m);
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join("(?:.*\\n)*?")}$`).test(normalized(printed));
}
