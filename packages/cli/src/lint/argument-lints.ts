import type { Change } from "../edit/change.ts";
import type { PluginInvocation } from "../plugins/known-plugins.ts";
import { knownUses, type PluginUse } from "./plugin-uses.ts";
import type { Hit, Lint } from "./types.ts";
import { nearest, shown } from "./words.ts";

const pluginArguments: Lint = {
  code: "plugin-arguments",
  severity: "error",
  explanation:
    "The kubelet passes args and env to the plugin without reading them. The plugin rejects these, so every run of it fails with this message.",
  check: (context) =>
    knownUses(context).flatMap((use): readonly Hit[] => {
      const { problem } = use.reading;
      if (problem === undefined) return [];
      const { at, invocation } = culprit(use, problem);
      const repair = repaired(use, invocation);
      return [
        {
          at,
          message: `${use.plugin.name} rejects its arguments: ${problem}`,
          fix: repair?.fix ?? `correct it; ${use.plugin.name} --help lists the flags`,
          ...(repair === undefined ? {} : { changes: repair.changes, guess: repair.guess }),
        },
      ];
    }),
};

interface Culprit {
  readonly at: string;
  readonly invocation: { readonly arg: number | undefined };
}

function invocationOf({ provider }: PluginUse): PluginInvocation {
  return {
    args: provider.args ?? [],
    env: Object.fromEntries((provider.env ?? []).map(({ name, value }) => [name, value])),
  };
}

/** The first argument or variable without which the plugin does not report this problem. */
function culprit(use: PluginUse, problem: string): Culprit {
  const { args, env } = invocationOf(use);
  const variable = (use.provider.env ?? []).findIndex(({ name }) => problem.includes(name));
  const arg = args.findIndex((_, index) => {
    const fewer = args.filter((__, other) => other !== index);
    return use.plugin.read({ args: fewer, env }).problem !== problem;
  });
  if (arg >= 0) return { at: `${use.at}.args[${arg}]`, invocation: { arg } };
  const at = variable >= 0 ? `${use.at}.env[${variable}].value` : `${use.at}.args`;
  return { at, invocation: { arg: undefined } };
}

interface Repair {
  readonly fix: string;
  readonly changes: readonly Change[];
  readonly guess: boolean;
}

/** Tries fixes of common mistakes, and returns the first one that the plugin's own parser accepts. */
function repaired(use: PluginUse, { arg }: Culprit["invocation"]): Repair | undefined {
  const { args, env } = invocationOf(use);
  const word = arg === undefined ? undefined : args[arg];
  if (word === undefined) return undefined;
  const at = `${use.at}.args[${arg}]`;
  for (const candidate of candidatesFor(word, use)) {
    const { problem } = use.plugin.read({
      args: args.flatMap((one, index) => (index === arg ? candidate.words : [one])),
      env,
    });
    // One repair at a time: another argument can have another problem.
    if (problem !== undefined && problem === use.reading.problem) continue;
    return {
      fix: candidate.fix,
      changes: [{ kind: "replace-item", at, values: candidate.words }],
      guess: candidate.guess,
    };
  }
  return undefined;
}

interface Candidate {
  readonly words: readonly string[];
  readonly fix: string;
  readonly guess: boolean;
}

function candidatesFor(word: string, use: PluginUse): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const write = (words: readonly string[], guess = false) =>
    candidates.push({ words, fix: `write ${words.map(shown).join(", ")}`, guess });
  const unquoted = word.replace(/^(["'])(.*)\1$/s, "$2").replace(/=(["'])(.*)\1$/s, "=$2");
  if (unquoted !== word) write([unquoted]);
  const space = /^(--?[\w-]+)\s+(\S.*)$/s.exec(word);
  if (space !== null) write([`${space[1]}=${space[2]}`]);
  const flag = /^--?([\w-]+)(=.*)?$/s.exec(word.trim());
  if (flag !== null) {
    const [, name = "", value = ""] = flag;
    const names = Object.entries(use.plugin.flags).flatMap(([own, { aliases = [] }]) => [own, ...aliases]);
    const meant = names.includes(name) ? undefined : nearest(name, names);
    if (meant !== undefined) write([`--${meant}${value}`]);
    // The end of a parser's message, such as: expected none, unassigned or node.
    const allowed = /expected ([a-z, -]+?)$/.exec(use.reading.problem ?? "")?.[1]?.split(/, | or /) ?? [];
    const near = nearest(value.slice(1), allowed);
    if (near !== undefined) write([`--${name}=${near}`], true);
  }
  return candidates;
}

export const ARGUMENT_LINTS: readonly Lint[] = [pluginArguments];
