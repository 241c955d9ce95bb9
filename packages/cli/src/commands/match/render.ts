import { settingsText } from "../../output/identities.ts";
import type { Style } from "../../output/style.ts";
import { printable, table, wrap, wrapOnTerminal } from "../../output/text.ts";
import type { MatchDocument, ProviderMatch } from "./document.ts";
import type { Suggestion } from "./suggestion.ts";

export function renderMatch(document: MatchDocument, style: Style): string {
  const { bold, dim } = style;
  const lines = [
    wrapOnTerminal(
      `${bold(document.name)}${dim(` is compared with the patterns of ${document.config}`)}`,
      style,
    ),
    "",
    ...document.providers.flatMap((provider) => [...providerLines(provider, style), ""]),
    verdict(document, style),
  ];
  return `${lines.join("\n")}\n`;
}

function providerLines(provider: ProviderMatch, style: Style): readonly string[] {
  const { bold, dim, green, yellow, marks, width } = style;
  const head = `${provider.matched ? green(marks.good) : dim(marks.skipped)} ${bold(printable(provider.name))}`;
  const rows = provider.patterns.map(({ pattern, matched, message }) => [
    matched ? green(marks.good) : dim(marks.skipped),
    matched ? printable(pattern) : dim(printable(pattern)),
    matched ? green("matches") : printable(message),
  ]);
  const warnings = provider.patterns.flatMap(({ pattern, warnings }) =>
    warnings.map(
      (caution) =>
        `    ${yellow(marks.warning)} ${wrap(printable(`${pattern}: ${caution}`), width, "      ", 6)}`,
    ),
  );
  return [head, table(rows, "    ", width), ...warnings, ...identityLines(provider, style)];
}

/** The entries of the --identities file up to the one that applies. */
function identityLines({ identities }: ProviderMatch, style: Style): readonly string[] {
  if (identities === null) return [];
  const { bold, dim, green, red, cyan, marks, width } = style;
  const { named, asked, problem, deciding, why, compared } = identities;
  const rows = compared.map(({ entry, pattern, matched, message }) => [
    matched ? green(marks.good) : dim(marks.skipped),
    entry,
    matched ? printable(pattern) : dim(printable(pattern)),
    matched ? green("applies") : printable(message),
  ]);
  const lines = [
    `    ${bold("identities")} ${dim(printable(`${named}, compared with ${asked}`))}`,
    ...(rows.length === 0 ? [] : [table(rows, "      ", width)]),
  ];
  if (problem !== null) {
    return [...lines, `      ${red(marks.bad)} ${wrap(printable(problem), width, "        ", 8)}`];
  }
  const verdict = deciding === null ? why : settingsText(deciding);
  return [...lines, `      ${cyan(marks.arrow)} ${wrap(printable(verdict), width, "        ", 8)}`];
}

function verdict({ providers, suggestion }: MatchDocument, style: Style): string {
  const reached = providers.filter(({ matched }) => matched).map(({ name }) => printable(name));
  if (reached.length === 0) {
    const none = `${style.yellow(style.marks.warning)} No provider matches: the image is pulled with imagePullSecrets, the node's docker config, or anonymously.`;
    const fix =
      suggestion === null
        ? ""
        : `\n  ${style.cyan("fix:")} ${wrap(printable(fixOf(suggestion)), style.width, "       ", 7)}`;
    return wrap(none, style.width, "  ", 0) + fix;
  }
  const order = reached.length === 1 ? "" : ", one after another";
  return wrapOnTerminal(
    `${style.green(style.marks.good)} The kubelet runs ${reached.join(", then ")}${order}.`,
    style,
  );
}

function fixOf({ pattern, provider, isNew }: Suggestion): string {
  return isNew
    ? `add a provider ${JSON.stringify(provider)} with matchImages: [${JSON.stringify(pattern)}]; imagecred init writes one`
    : `add ${JSON.stringify(pattern)} to the matchImages of ${JSON.stringify(provider)}`;
}
