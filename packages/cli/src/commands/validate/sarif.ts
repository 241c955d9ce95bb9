import { isWindowsPath } from "@imagecred/kubelet";
import { VERSION } from "@imagecred/protocol";
import type { CheckDocument, Finding, ValidateDocument } from "./document.ts";
import { RULES } from "./rules.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const PAGE = "https://github.com/imagecred/imagecred/blob/main/docs/imagecred.md#lints";

/** SARIF 2.1.0, for code scanning (OASIS, Static Analysis Results Interchange Format, errata 01). */
export function sarifFormat(document: ValidateDocument | CheckDocument): string {
  const findings =
    document.kind === "Check"
      ? []
      : document.configs.flatMap((config) =>
          config.findings.map((one) => ({ ...one, config: config.config })),
        );
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "imagecred",
            semanticVersion: VERSION,
            informationUri: PAGE,
            rules: RULES.map(({ code, severity, explanation }) => ({
              id: code,
              shortDescription: { text: code.replaceAll("-", " ") },
              fullDescription: { text: explanation },
              helpUri: PAGE,
              defaultConfiguration: { level: severity },
            })),
          },
        },
        columnKind: "unicodeCodePoints",
        results: findings.map((finding) => resultOf(finding, finding.config)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(finding: Finding, config: string): Readonly<Record<string, unknown>> {
  const { code, severity, message, fix, file, line, column, edits } = finding;
  const ruleIndex = RULES.findIndex((rule) => rule.code === code);
  return {
    ruleId: code,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    level: severity,
    message: { text: `${message}. Fix: ${fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file ?? config) },
          region: { startLine: line ?? 1, startColumn: column ?? 1 },
        },
      },
    ],
    ...(edits.length === 0
      ? {}
      : {
          fixes: [
            {
              description: { text: fix },
              artifactChanges: [
                {
                  artifactLocation: { uri: uriOf(file ?? config) },
                  replacements: edits.map(({ startLine, startColumn, endLine, endColumn, text }) => ({
                    deletedRegion: { startLine, startColumn, endLine, endColumn },
                    insertedContent: { text },
                  })),
                },
              ],
            },
          ],
        }),
  };
}

/** A path as a URI reference. Relative paths stay relative: code scanning resolves them in the repository. */
function uriOf(path: string): string {
  if (isWindowsPath(path)) {
    const [drive = "", ...names] = path.split(/[\\/]/);
    return `file:///${drive}/${names.map(encodeURIComponent).join("/")}`;
  }
  const escaped = path.split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${escaped}` : escaped.replace(/^\.\//, "");
}
