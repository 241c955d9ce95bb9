import type { Change } from "../edit/change.ts";
import { hostCovers } from "./glob-set.ts";
import type { Pattern } from "./pattern.ts";
import { replacement, unfilledPatterns } from "./patterns.ts";
import { isVariable, placeholderIn } from "./placeholders.ts";
import { knownUses, pluginUses } from "./plugin-uses.ts";
import type { Hit, Lint, LintContext } from "./types.ts";
import { shown } from "./words.ts";

/** A text that the kubelet passes to a plugin. */
interface PassedText {
  readonly text: string;
  readonly at: string;
  /** "argument 2" */
  readonly what: string;
}

function passedTexts({ providers }: LintContext): readonly PassedText[] {
  return providers.flatMap(({ args, env }, index) => [
    ...(args ?? []).map((text, arg) => ({
      text,
      at: `providers[${index}].args[${arg}]`,
      what: `argument ${arg + 1}`,
    })),
    ...(env ?? []).map(({ name, value }, variable) => ({
      text: value,
      at: `providers[${index}].env[${variable}].value`,
      what: `the value of ${shown(name)}`,
    })),
  ]);
}

const quotesInArgument: Lint = {
  code: "quotes-in-argument",
  severity: "warning",
  explanation:
    "No shell reads args and env: quotes within a value are part of the value that the plugin gets.",
  check: (context) =>
    passedTexts(context).flatMap(({ text, at, what }): readonly Hit[] => {
      const plain = text.replace(/^(["'])(.*)\1$/s, "$2").replace(/^(--?[\w-]+=)(["'])(.*)\2$/s, "$1$3");
      if (plain === text) return [];
      return [
        {
          at,
          message: `${what} has quotes in it`,
          fix: "remove the inner quotes",
          changes: [{ kind: "replace", at, value: plain }],
        },
      ];
    }),
};

const unexpandedVariable: Lint = {
  code: "unexpanded-variable",
  severity: "warning",
  explanation:
    "The kubelet does not expand variables in args and env: the plugin gets the variable's name with its dollar sign, not its value. Plugins get the variables of the kubelet's own environment without any entry here.",
  check: (context) =>
    passedTexts(context).flatMap(({ text, at, what }): readonly Hit[] => {
      const found = placeholderIn(text);
      if (found === undefined || !isVariable(found) || !isSeparate(text, found)) return [];
      return [{ at, message: `${what} has ${shown(found)} in it`, fix: "write the value itself" }];
    }),
};

/** Whether a variable is at the start or after a separator: within a word a dollar sign can be part of a password. */
function isSeparate(text: string, found: string): boolean {
  const before = text[text.indexOf(found) - 1];
  return /^\$[{(]/.test(found) || before === undefined || /[\s:=,;/"']/.test(before);
}

const placeholder: Lint = {
  code: "placeholder",
  severity: "warning",
  explanation:
    "A placeholder of a template or an example was not filled in. The kubelet uses it literally: as a pattern it matches no image.",
  check: (context) => [
    ...unfilledPatterns(context).map((pattern): Hit => {
      const filled = withWildcards(pattern, context);
      return {
        at: pattern.at,
        message: `${shown(pattern.text)} has the placeholder ${shown(pattern.placeholder ?? "")}`,
        fix:
          filled === undefined
            ? "replace it by the registry's host; * stands for one label"
            : `fill it in, or write ${shown(filled.text)}`,
        ...(filled === undefined ? {} : { changes: filled.changes, guess: true }),
      };
    }),
    ...passedTexts(context).flatMap(({ text, at, what }): readonly Hit[] => {
      const found = placeholderIn(text);
      if (found === undefined || isVariable(found)) return [];
      return [{ at, message: `${what} has the placeholder ${shown(found)}`, fix: "fill it in" }];
    }),
  ],
};

/** The pattern with a `*` for each placeholder, if that is a pattern of the plugin's registries. */
function withWildcards(
  pattern: Pattern,
  context: LintContext,
): { readonly text: string; readonly changes: readonly Change[] } | undefined {
  const use = pluginUses(context)[pattern.providerIndex];
  const text = pattern.text
    .split(".")
    .map((label) => (placeholderIn(label) !== undefined || /^[A-Z][A-Z0-9_-]{2,}$/.test(label) ? "*" : label))
    .join(".");
  const labels = text.split(".");
  const fits = use?.reading.hostForms.patterns.some((form) => hostCovers(form.split("."), labels)) === true;
  const changes = fits ? replacement(context, pattern, [text]) : undefined;
  return changes === undefined ? undefined : { text, changes };
}

const mergedArguments: Lint = {
  code: "merged-arguments",
  severity: "warning",
  explanation:
    "Each item of args is one argument: no shell splits it. For the plugin, a flag and its value in one item with a space between them are an unknown flag.",
  check: (context) => {
    // Our plugins' own parsers report this with a better message.
    const reported = new Set(
      knownUses(context).flatMap(({ at, reading }) => (reading.problem === undefined ? [] : [at])),
    );
    return context.providers.flatMap(({ args }, index) =>
      (args ?? []).flatMap((word, arg): readonly Hit[] => {
        const at = `providers[${index}].args[${arg}]`;
        const [, flag, value] = /^(--?[A-Za-z][\w-]*)\s+(\S.*)$/s.exec(word) ?? [];
        if (flag === undefined || value === undefined || reported.has(`providers[${index}]`)) return [];
        return [
          {
            at,
            message: `argument ${arg + 1} is a flag and its value in one item`,
            fix: "write them as two items",
            changes: [{ kind: "replace-item", at, values: [flag, value] }],
          },
        ];
      }),
    );
  },
};

export const PLACEHOLDER_LINTS: readonly Lint[] = [
  placeholder,
  unexpandedVariable,
  quotesInArgument,
  mergedArguments,
];
