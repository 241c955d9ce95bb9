import type { ConfigProblem } from "@imagecred/kubelet";
import { nearest } from "../../lint/words.ts";

const FIELD = /unknown field "(?:(.*)\.)?([^".]+)"/;

/**
 * Leaves out problems that are caused by another one: a required field that is missing because it is misspelt, and
 * tokenAttributes of a provider whose apiVersion is missing or unknown.
 */
export function withoutConsequences(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const misspelt = new Map<string, string[]>();
  const noVersion = new Set<string>();
  for (const { code, message, path } of problems) {
    const [, parent = "", field] = code === "unknown-field" ? (FIELD.exec(message) ?? []) : [];
    if (field !== undefined) misspelt.set(parent, [...(misspelt.get(parent) ?? []), field]);
    if (/^providers\[\d+\]\.apiVersion$/.test(path)) noVersion.add(path.replace(/\.apiVersion$/, ""));
  }
  return problems.filter(({ code, path, message }) => {
    const dot = path.lastIndexOf(".");
    const [parent, field] = [path.slice(0, Math.max(dot, 0)), path.slice(dot + 1)];
    if (code === "required")
      return !(misspelt.get(parent) ?? []).some((word) => nearest(word, [field]) !== undefined);
    const isAboutVersion =
      code === "forbidden" && field === "tokenAttributes" && /API version$/.test(message);
    return !(isAboutVersion && (noVersion.has(parent) || misspeltVersion(misspelt.get(parent))));
  });
}

function misspeltVersion(fields: readonly string[] | undefined): boolean {
  return fields?.some((word) => nearest(word, ["apiVersion"]) !== undefined) === true;
}
