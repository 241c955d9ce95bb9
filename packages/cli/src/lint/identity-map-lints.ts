import { CLOUDS, type Cloud, type Entry, type MapProblem } from "@imagecred/identity-map";
import { type MatchSide, matchImage } from "@imagecred/kubelet";
import type { Change } from "../edit/change.ts";
import { KNOWN_PLUGINS, type KnownPlugin } from "../plugins/known-plugins.ts";
import { hostsIntersect, isSimple } from "./glob-set.ts";
import { argumentOf, type IdentityMap, identityMapsOf } from "./identity-maps.ts";
import { patternCovers } from "./pattern-index.ts";
import { pluginUses } from "./plugin-uses.ts";
import type { FilePlace, Hit, Lint, LintContext } from "./types.ts";
import { shown } from "./words.ts";

const refused: Lint = {
  code: "identity-map",
  severity: "error",
  explanation:
    "A plugin with --identities reads the whole file first. An error in any entry makes the pulls of all its images fail.",
  check(context) {
    const { read, unread } = identityMapsOf(context);
    return [
      ...read.flatMap((map) => map.problems.map((problem) => problemHit(map, problem))),
      ...unread.flatMap(({ named, uses, reason }) =>
        reason === undefined
          ? []
          : uses.map(
              (use): Hit => ({
                at: argumentOf(use),
                message: `the plugin cannot read its --identities file ${named}: ${reason}`,
                fix: "install the file, or correct the path",
              }),
            ),
      ),
    ];
  },
};

function problemHit({ file, text }: IdentityMap, { message, position, remedy }: MapProblem): Hit {
  const at = { file, ...position };
  switch (remedy?.kind) {
    case "rename":
      return {
        at,
        message,
        fix: `write ${remedy.to}`,
        changes: [{ kind: "rename", at, key: remedy.to }],
        guess: true,
      };
    case "replace":
      return {
        at,
        message,
        fix: `write ${remedy.value}`,
        changes: [{ kind: "replace", at, value: remedy.value }],
        guess: true,
      };
    case "quote": {
      const line = [...(text.split("\n")[position.line - 1] ?? "")].slice(position.column - 1).join("");
      const word = /^[^\s,\]}#]+/.exec(line)?.[0];
      return {
        at,
        message,
        fix: word === undefined ? "write it in quotes" : `write ${shown(word)}`,
        ...(word === undefined ? {} : { changes: [{ kind: "replace", at, value: word }] }),
      };
    }
    default:
      return { at, message, fix: "correct it; docs/many-accounts.md describes the file" };
  }
}

const notSeen: Lint = {
  code: "identity-map-not-seen",
  severity: "note",
  explanation:
    "The file that --identities names is on the node and not on this machine, so it cannot be checked here.",
  check: (context) =>
    identityMapsOf(context).unread.flatMap(({ named, uses, reason }) =>
      reason !== undefined
        ? []
        : uses.map(
            (use): Hit => ({
              at: argumentOf(use),
              message: `the --identities file ${named} is not on this machine, so it was not checked`,
              fix: "give its path too: imagecred validate CONFIG FILE",
            }),
          ),
    ),
};

interface PlacedPattern {
  readonly text: string;
  /** `identities[1].registries[0]` */
  readonly path: string;
  readonly entry: number;
  readonly side: MatchSide;
}

function patternsOf({ entries }: Pick<IdentityMap, "entries">): readonly PlacedPattern[] {
  return entries.flatMap(({ registries }, entry) =>
    registries.flatMap((text, index): readonly PlacedPattern[] => {
      const { pattern: side } = matchImage(text, "registry.example/image");
      if (side === undefined || !isSimple(text)) return [];
      return [{ text, path: `identities[${entry}].registries[${index}]`, entry, side }];
    }),
  );
}

const unreachable: Lint = {
  code: "identity-unreachable",
  severity: "warning",
  explanation:
    "The first entry that matches an image applies. An earlier entry matches everything that this pattern matches, so this pattern has no effect.",
  check: (context) =>
    identityMapsOf(context).read.flatMap((map) => {
      const patterns = patternsOf(map);
      return patterns.flatMap((pattern): readonly Hit[] => {
        const earlier = patterns.find(
          (other) => other.entry < pattern.entry && patternCovers(other.side, pattern.side),
        );
        if (earlier === undefined) return [];
        const { file } = map;
        const only = map.entries[pattern.entry]?.registries.length === 1;
        const path = only ? `identities[${pattern.entry}]` : pattern.path;
        return [
          {
            at: map.place(pattern.path),
            message: `${shown(pattern.text)} never applies: ${shown(earlier.text)} of identities[${earlier.entry}] matches all its images first`,
            fix: `move identities[${pattern.entry}] before identities[${earlier.entry}], or remove it`,
            changes: [{ kind: "remove", at: { file, path } }],
            guess: true,
          },
        ];
      });
    }),
};

/** The plugin that reads a part. */
function pluginOf(part: Cloud): KnownPlugin | undefined {
  return KNOWN_PLUGINS.find(({ map }) => map.part === part);
}

/** Whether a pattern matches registries of a plugin. */
function reaches({ side }: PlacedPattern, { hostForms }: KnownPlugin): boolean {
  return hostForms.patterns.some((form) => {
    const { pattern } = matchImage(form, "registry.example/image");
    return pattern !== undefined && hostsIntersect(pattern.labels, side.labels);
  });
}

function partsOf(entry: Entry): readonly Cloud[] {
  return CLOUDS.filter((part) => entry[part] !== undefined);
}

const wrongCloud: Lint = {
  code: "identity-wrong-cloud",
  severity: "warning",
  explanation:
    "Each plugin reads only its own cloud's part of an entry. For registries of another cloud the part has no effect, and the plugin's flags apply.",
  check: (context) =>
    identityMapsOf(context).read.flatMap((map) => {
      const patterns = patternsOf(map);
      return map.entries.flatMap((entry, index) => {
        const own = patterns.filter((pattern) => pattern.entry === index);
        return partsOf(entry).flatMap((part): readonly Hit[] => {
          const plugin = pluginOf(part);
          const others = KNOWN_PLUGINS.filter((other) => other !== plugin);
          const foreign = own.map((pattern) => others.find((other) => reaches(pattern, other)));
          const owner = foreign[0];
          if (plugin === undefined || owner === undefined || foreign.includes(undefined)) return [];
          if (own.some((pattern) => reaches(pattern, plugin))) return [];
          return [
            {
              at: map.place(`identities[${index}].${part}`),
              message: `${part} is never read: ${own.length === 1 ? "this registry is" : "these registries are"} ${owner.service}'s, and ${part} is for ${plugin.service}`,
              fix: `write ${owner.map.part}, or correct registries`,
              changes: [{ kind: "remove", at: { file: map.file, path: `identities[${index}].${part}` } }],
              guess: true,
            },
          ];
        });
      });
    }),
};

const unused: Lint = {
  code: "identity-unused",
  severity: "warning",
  explanation:
    "An entry is used by the plugin of its registries' cloud, and only with --identities among that plugin's arguments.",
  check: (context) =>
    identityMapsOf(context).read.flatMap((map) => {
      if (map.uses.length === 0) return [];
      const patterns = patternsOf(map);
      return map.entries.flatMap((entry, index) =>
        partsOf(entry).flatMap((part): readonly Hit[] => {
          const plugin = pluginOf(part);
          if (plugin === undefined || map.uses.some((use) => use.plugin === plugin)) return [];
          const own = patterns.filter((pattern) => pattern.entry === index);
          if (!own.some((pattern) => reaches(pattern, plugin))) return [];
          return [unusedHit(map.place(`identities[${index}].${part}`), part, plugin, map, context)];
        }),
      );
    }),
};

function unusedHit(
  at: FilePlace,
  part: Cloud,
  plugin: KnownPlugin,
  { uses }: IdentityMap,
  context: LintContext,
): Hit {
  const provider = pluginUses(context).find((use) => use?.plugin === plugin);
  const named = uses[0]?.reading.identitiesFile ?? "FILE";
  const flag = `--identities=${named}`;
  if (provider === undefined) {
    return {
      at,
      message: `${part} is never read: this configuration has no provider for ${plugin.service}`,
      fix: `add a provider ${shown(plugin.name)} with args: [${shown(flag)}], or remove the entry`,
    };
  }
  const args = `${provider.at}.args`;
  const change: Change =
    (provider.provider.args ?? []).length === 0
      ? { kind: "set", at: provider.at, key: "args", value: [flag] }
      : { kind: "append", at: args, value: flag };
  return {
    at,
    message: `${part} is never read: the provider ${shown(provider.provider.name)} has no --identities`,
    fix: `add ${shown(flag)} to its args`,
    changes: [change],
    guess: true,
  };
}

const podWithoutToken: Lint = {
  code: "identity-pod-without-token",
  severity: "error",
  explanation:
    "The kubelet sends a token of the pod's service account only to providers with tokenAttributes. Without one, every pull with identity: pod fails.",
  check: (context) =>
    identityMapsOf(context).read.flatMap((map) => {
      const patterns = patternsOf(map);
      return map.entries.flatMap((entry, index) => {
        if (entry.identity !== "pod" || (entry.identityFallback ?? "none") !== "none") return [];
        const own = patterns.filter((pattern) => pattern.entry === index);
        return map.uses.flatMap(({ provider, plugin }): readonly Hit[] => {
          if (provider.tokenAttributes !== null || !own.some((pattern) => reaches(pattern, plugin)))
            return [];
          return [
            {
              at: map.place(`identities[${index}].identity`),
              message: `these registries require the pod's identity, but the provider ${shown(provider.name)} has no tokenAttributes, so the kubelet sends no token`,
              fix: "add tokenAttributes to that provider (imagecred init --pod-identity writes them), or set identity: node",
            },
          ];
        });
      });
    }),
};

const pathPrefix: Lint = {
  code: "identity-path-prefix",
  severity: "note",
  explanation:
    "Paths are compared character by character, not by segment: a longer name with this prefix gets this entry's identity too.",
  check: (context) =>
    identityMapsOf(context).read.flatMap((map) =>
      patternsOf(map).flatMap(({ text, path, side }): readonly Hit[] => {
        if (side.path === "" || side.path.endsWith("/")) return [];
        return [
          {
            at: map.place(path),
            message: `${shown(text)} also matches ${shown(`${text}bar`)}`,
            fix: `write ${shown(`${text}/`)} to match only what is below it`,
            changes: [{ kind: "replace", at: { file: map.file, path }, value: `${text}/` }],
            guess: true,
          },
        ];
      }),
    ),
};

export const IDENTITY_MAP_LINTS: readonly Lint[] = [
  refused,
  notSeen,
  unreachable,
  wrongCloud,
  unused,
  podWithoutToken,
  pathPrefix,
];
