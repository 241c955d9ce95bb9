import type { CheckDocument, CheckedConfig, Finding, ValidateDocument } from "./document.ts";

/** JUnit XML with one test suite per configuration: errors and warnings are failures, notes are output. */
export function junitFormat(document: ValidateDocument | CheckDocument): string {
  const configs = document.kind === "Check" ? [] : document.configs;
  const failures = configs.reduce((sum, { findings }) => sum + failed(findings).length, 0);
  const tests = configs.reduce((sum, config) => sum + casesOf(config).length, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="imagecred validate" tests="${tests}" failures="${failures}">`,
    ...configs.flatMap(suite),
    "</testsuites>",
    "",
  ].join("\n");
}

function failed(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ severity }) => severity !== "note");
}

function casesOf(config: CheckedConfig): readonly (Finding | undefined)[] {
  const findings = failed(config.findings);
  return findings.length === 0 ? [undefined] : findings;
}

function suite(config: CheckedConfig): readonly string[] {
  const cases = casesOf(config);
  const notes = config.findings.filter(({ severity }) => severity === "note");
  return [
    `  <testsuite name="${xml(config.config)}" tests="${cases.length}" failures="${failed(config.findings).length}">`,
    ...cases.flatMap((finding) => testCase(finding, config)),
    ...(notes.length === 0
      ? []
      : [
          `    <system-out>${xml(notes.map((note) => `${placeOf(note, config)}: ${note.message}`).join("\n"))}</system-out>`,
        ]),
    "  </testsuite>",
  ];
}

function testCase(finding: Finding | undefined, config: CheckedConfig): readonly string[] {
  if (finding === undefined) return [`    <testcase name="accepted" classname="${xml(config.config)}"/>`];
  const { code, severity, message, explanation, fix } = finding;
  const place = placeOf(finding, config);
  const text = [place, message, ...(explanation === null ? [] : [explanation]), `fix: ${fix}`].join("\n");
  return [
    `    <testcase name="${xml(`${code} at ${place}`)}" classname="${xml(config.config)}">`,
    `      <failure type="${severity}" message="${xml(message)}">${xml(text)}</failure>`,
    "    </testcase>",
  ];
}

function placeOf({ file, line, column }: Finding, { config }: CheckedConfig): string {
  return line === null ? (file ?? config) : `${file}:${line}:${column}`;
}

/** Escapes text; replaces control characters, which XML 1.0 does not allow even escaped. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
