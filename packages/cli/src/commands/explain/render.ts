import { failsForImage } from "../../identity-map/for-image.ts";
import { settingsText } from "../../output/identities.ts";
import type { Style } from "../../output/style.ts";
import { printable, table, wrap } from "../../output/text.ts";
import type { ExplainDocument, ExplainedProvider } from "./document.ts";

export function renderExplain(document: ExplainDocument, style: Style): string {
  const { bold, dim } = style;
  const { registry } = document;
  const facts = [
    [
      "registry",
      `${registry.service}${registry.details === "" ? "" : `, ${registry.details}`} ${dim(`(${registry.host})`)}`,
    ],
    ["plugins see", document.name],
    [
      "config",
      `${document.config}${document.configSource === "command line" ? "" : dim(` (${document.configSource})`)}`,
    ],
  ].map(([name = "", value = ""]) => [dim(name), value]);
  const lines = [
    bold(document.image),
    table(facts, "  ", style.width),
    "",
    ...problemLines(document, style),
    ...document.providers.flatMap((provider, index) => providerLines(provider, index, style)),
    ...verdict(document, style).map((line) => wrap(line, style.width, "  ")),
  ];
  return `${lines.join("\n")}\n`;
}

function problemLines({ problem, unseen }: ExplainDocument, style: Style): readonly string[] {
  const { red, yellow, cyan, marks, width } = style;
  const lines = [
    ...(problem === null
      ? []
      : [
          `${red(marks.bad)} ${wrap(printable(problem.reason), width, "  ", 2)}`,
          `  ${cyan(marks.arrow)} ${wrap(printable(problem.fix), width, "    ", 4)}`,
        ]),
    ...unseen.map((one) => `${yellow(marks.warning)} ${wrap(printable(one), width, "  ", 2)}`),
  ];
  return lines.length === 0 ? [] : [...lines, ""];
}

function providerLines(provider: ExplainedProvider, index: number, style: Style): readonly string[] {
  const { bold, dim, green, red, yellow, marks } = style;
  const { executable, token } = provider;
  const usable = failsForImage(provider.identities) ? false : executable?.usable;
  const mark = usable === undefined ? yellow(marks.warning) : usable ? green(marks.good) : red(marks.bad);
  const request = [
    provider.apiVersion.replace(/^.*\//, ""),
    ...provider.args,
    ...provider.env.map((name) => `${name}=…`),
  ];
  const identity =
    token === null
      ? "the node's, unless its settings name another"
      : `the pod's: a token for ${token.audience}, cached per ${token.cacheType === "Token" ? "token" : "service account"}${token.required ? "; not run for pods without a service account" : ""}`;
  const rows = [
    ["pattern", provider.pattern],
    [
      "executable",
      executable === null ? "not checked (--bin-dir)" : `${executable.path} (${executable.description})`,
    ],
    ["run with", request.join(" ")],
    ["identity", identity],
    ...identityRows(provider),
    ["cached for", `the response's cacheDuration, else ${provider.defaultCacheDuration}`],
  ].map(([name = "", value = ""]) => [dim(name), printable(value)]);
  return [`${mark} ${index + 1}. ${bold(printable(provider.name))}`, table(rows, "     ", style.width), ""];
}

/** The entry of its --identities file that applies, and why. */
function identityRows({ identities }: ExplainedProvider): readonly (readonly [string, string])[] {
  if (identities === null) return [];
  const { named, problem, deciding, why, asked } = identities;
  if (problem !== null) return [["identities", `not usable: ${problem}`]];
  if (deciding === null) return [["identities", `${named}: ${why} (compared with ${asked})`]];
  const { file, line, column, entry } = deciding;
  return [
    ["identities", `${file}:${line}:${column}: ${entry}, because ${why}`],
    ["entry", settingsText(deciding)],
  ];
}

function verdict(document: ExplainDocument, { dim, yellow, marks }: Style): readonly string[] {
  const notMatched =
    document.notMatched.length === 0 ? [] : [dim(`Not run: ${printable(document.notMatched.join(", "))}.`)];
  if (document.providers.length === 0) {
    return [
      `${yellow(marks.warning)} No provider matches: the image is pulled with imagePullSecrets, the node's docker config, or anonymously. imagecred match shows why.`,
      ...notMatched,
    ];
  }
  return [
    dim(
      "The kubelet tries imagePullSecrets, then the node's docker config, then credentials of these plugins.",
    ),
    ...notMatched,
  ];
}
