import type { Metafile } from "esbuild";

/** How many of the largest inputs are worth a line. */
const LINES = 25;

/** The package that an input file belongs to, or our own workspace. */
function packageOf(path: string): string {
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  if (inPackage !== undefined) return inPackage;
  return /^(packages|tools)\/[^/]+/.exec(path)?.[0] ?? path;
}

/** A table: each output file with its size, and what its bytes come from, by package. */
export function report(metafile: Metafile): string {
  const lines: string[] = [];
  const outputs = Object.entries(metafile.outputs).sort(([, a], [, b]) => b.bytes - a.bytes);
  for (const [name, output] of outputs) {
    // All that a start reads is in one file.
    const when = /(?:^|\/)main\.[a-z]+$/.test(name) ? " (at start)" : "";
    lines.push(`  ${name.split("/").at(-1)}: ${output.bytes} bytes of source${when}`);
    const byPackage = new Map<string, number>();
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = packageOf(path);
      byPackage.set(name, (byPackage.get(name) ?? 0) + bytesInOutput);
    }
    const largest = [...byPackage].sort(([, a], [, b]) => b - a);
    for (const [name, bytes] of largest.slice(0, LINES))
      lines.push(`    ${String(bytes).padStart(8)}  ${name}`);
  }
  return lines.join("\n");
}
