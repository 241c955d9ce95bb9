import type { SourceLocation } from "@imagecred/kubelet";
import { DOCUMENT_LINTS } from "./document-lints.ts";
import { EXECUTABLE_LINTS } from "./executable-lints.ts";
import { PATTERN_LINTS } from "./pattern-lints.ts";
import { PROVIDER_LINTS } from "./provider-lints.ts";
import { SECRET_LINTS } from "./secret-lints.ts";
import type { Lint, LintContext, Severity } from "./types.ts";
import { WIDTH_LINTS } from "./width-lints.ts";

export const LINTS: readonly Lint[] = [
  ...PATTERN_LINTS,
  ...WIDTH_LINTS,
  ...PROVIDER_LINTS,
  ...SECRET_LINTS,
  ...DOCUMENT_LINTS,
  ...EXECUTABLE_LINTS,
];

/** A lint's hit, at its place. */
export interface LintFinding {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly explanation: string;
  readonly fix: string;
  /** Empty where it is about no value. */
  readonly path: string;
  readonly location: SourceLocation | undefined;
}

export function runLints(context: LintContext, ignored: ReadonlySet<string>): readonly LintFinding[] {
  return LINTS.filter(({ code }) => !ignored.has(code)).flatMap((lint) =>
    lint.check(context).map(({ at, message, fix }): LintFinding => {
      const { severity, code, explanation } = lint;
      const placed =
        typeof at === "string"
          ? { path: at, location: context.reading.locate(at) }
          : { path: "", location: at };
      return { severity, code, message, explanation, fix, ...placed };
    }),
  );
}
