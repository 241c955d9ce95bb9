import { UsageError } from "../../errors.ts";
import { LINTS } from "../../lint/index.ts";
import { nearest } from "../../lint/words.ts";
import type { Style } from "../../output/style.ts";
import { wrap } from "../../output/text.ts";
import type { CheckDocument } from "./document.ts";
import { KUBELET_CHECKS } from "./kubelet-checks.ts";

/** Explains the code of a lint or of one of the kubelet's own checks. @throws {UsageError} for other codes */
export function explainCode(code: string): CheckDocument {
  const lint = LINTS.find((one) => one.code === code);
  if (lint !== undefined) {
    const { severity, explanation } = lint;
    return { kind: "Check", code, source: "lint", severity, explanation };
  }
  const explanation = new Map<string, string>(Object.entries(KUBELET_CHECKS)).get(code);
  if (explanation !== undefined)
    return { kind: "Check", code, source: "kubelet", severity: "error", explanation };
  const codes = [...LINTS.map((one) => one.code), ...Object.keys(KUBELET_CHECKS)];
  const meant = nearest(code, codes);
  throw new UsageError(
    `--explain ${code}: unknown; ${meant === undefined ? `expected one of ${codes.join(", ")}` : `did you mean ${meant}?`}`,
  );
}

/** Human-readable output of `--explain`. */
export function renderCheck(document: CheckDocument, { bold, dim, width }: Style): string {
  const { code, severity, source, explanation } = document;
  const lines = [
    `${bold(code)} ${dim(`(${severity}, ${source === "lint" ? "a lint" : "a check of the kubelet"})`)}`,
    "",
    `  ${wrap(explanation, width, "  ")}`,
    "",
    source === "lint"
      ? `  ${wrap(`To ignore it: --ignore ${code}, or a comment # imagecred-ignore: ${code} on the line or above it, or # imagecred-ignore-file: ${code} for the whole file.`, width, "  ")}`
      : `  ${wrap("It cannot be ignored, because the kubelet does not start with it.", width, "  ")}`,
  ];
  return `${lines.join("\n")}\n`;
}
