import type { SourceLocation } from "@imagecred/kubelet";
import type { Change } from "../edit/change.ts";
import { ARGUMENT_LINTS } from "./argument-lints.ts";
import { DOCUMENT_LINTS } from "./document-lints.ts";
import { ENV_LINTS } from "./env-lints.ts";
import { EXECUTABLE_LINTS } from "./executable-lints.ts";
import { HOST_LINTS } from "./host-lints.ts";
import { IDENTITY_LINTS } from "./identity-lints.ts";
import { IDENTITY_MAP_LINTS } from "./identity-map-lints.ts";
import { IMPOSSIBLE_LINTS } from "./impossible-lints.ts";
import { MIRROR_LINTS } from "./mirror-lints.ts";
import { OVERLAP_LINTS } from "./overlap-lints.ts";
import { PATTERN_LINTS } from "./pattern-lints.ts";
import { PLACEHOLDER_LINTS } from "./placeholder-lints.ts";
import { PROVIDER_LINTS } from "./provider-lints.ts";
import { SECRET_LINTS } from "./secret-lints.ts";
import { SHORT_NAME_LINTS } from "./short-name-lints.ts";
import type { Lint, LintContext, Severity } from "./types.ts";

export const LINTS: readonly Lint[] = [
  ...PATTERN_LINTS,
  ...IMPOSSIBLE_LINTS,
  ...HOST_LINTS,
  ...SHORT_NAME_LINTS,
  ...MIRROR_LINTS,
  ...OVERLAP_LINTS,
  ...PLACEHOLDER_LINTS,
  ...ARGUMENT_LINTS,
  ...IDENTITY_LINTS,
  ...IDENTITY_MAP_LINTS,
  ...PROVIDER_LINTS,
  ...ENV_LINTS,
  ...SECRET_LINTS,
  ...DOCUMENT_LINTS,
  ...EXECUTABLE_LINTS,
];

/** A lint's hit with its position in the file. */
export interface LintFinding {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly explanation: string;
  readonly fix: string;
  readonly changes: readonly Change[];
  readonly guess: boolean;
  /** Empty if it is not about a value. */
  readonly path: string;
  readonly location: SourceLocation | undefined;
}

export function runLints(context: LintContext, ignored: ReadonlySet<string>): readonly LintFinding[] {
  return LINTS.filter(({ code }) => !ignored.has(code)).flatMap((lint) =>
    lint.check(context).map(({ at, message, fix, changes = [], guess = false }): LintFinding => {
      const { severity, code, explanation } = lint;
      const placed =
        typeof at === "string"
          ? { path: at, location: context.reading.locate(at) }
          : { path: "", location: at };
      return { severity, code, message, explanation, fix, changes, guess, ...placed };
    }),
  );
}
