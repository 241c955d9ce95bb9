import type { Finding } from "./agreement.ts";

/** A readable report of a finding: the input, and where the runtimes differ. */
export function report({ number, family, plugin, what, problem, outcomes }: Finding): string {
  const lines = [`#${number} ${family}, ${plugin}, ${what}`, `  ${problem}`];
  const { static: a, nodejs: b } = outcomes;
  for (const part of ["exit", "stdout", "stderr", "requests"] as const) {
    if (a[part] === b[part] && !(part === "stderr" && a.stderr !== "")) continue;
    lines.push(`  static ${part}: ${a[part].trimEnd()}`);
    if (a[part] !== b[part]) lines.push(`  nodejs ${part}: ${b[part].trimEnd()}`);
  }
  return lines.join("\n");
}
