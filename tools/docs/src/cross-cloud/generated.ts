import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCS, sectionOf, withSection } from "@imagecred/workspace";

/** A section of a page, which a test generates and compares. @throws Error if the page has no such section */
export function generated(page: string, name: string): string {
  return sectionOf(readFileSync(join(DOCS, page), "utf8"), name);
}

export function writeGenerated(page: string, name: string, content: string): void {
  const path = join(DOCS, page);
  writeFileSync(path, withSection(readFileSync(path, "utf8"), name, content));
}

/** A mistake and the plugin's error line. */
export interface Told {
  readonly what: string;
  readonly line: string;
}

/** The section of a page's mistakes. Values that differ from run to run are replaced by fixed ones. */
export function messagesOf(told: readonly Told[]): string {
  const parts = told.map(
    ({ what, line }) => `${what[0]?.toUpperCase()}${what.slice(1)}:\n\n\`\`\`text\n${alike(line)}\n\`\`\`\n`,
  );
  return `\n${parts.join("\n")}\n`;
}

const ALIKE: readonly (readonly [RegExp, string])[] = [
  // A long line is truncated in the middle, possibly within an id.
  [/…[0-9a-f-]*\)/g, "…)"],
  [/\/\S*\/(node)-\d+\.pem/g, "/etc/kubernetes/pki/node.pem"],
  [
    /\b((?:request|trace|correlation) id:?) (?:[0-9a-f-]{36}|[0-9a-f-]*…[0-9a-f-]*)/gi,
    "$1 8f4c1f9e-6b0a-4d0e-9d53-3f0c7a0f7a10",
  ],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "2026-11-27T09:00:00Z"],
  [/\b\d{8}T\d{6}Z\b/g, "20261127T090000Z"],
  [/\bserial number \d+/g, "serial number 107691567384813678264018095071518396021"],
  [/\bASIA[A-Z2-7]{16}\b/g, "ASIAIOSFODNN7EXAMPLE"],
  [/\b17\d{8}\b/g, "1790000000"],
  [/\b[0-9a-f]{40}\b/gi, "0123456789ABCDEF0123456789ABCDEF01234567"],
];

function alike(line: string): string {
  return ALIKE.reduce((text, [pattern, by]) => text.replace(pattern, by), line.trim());
}
