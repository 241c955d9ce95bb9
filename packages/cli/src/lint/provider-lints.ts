import { formatGoDuration } from "@imagecred/protocol/go";
import { pluginByName } from "../plugins/known-plugins.ts";
import { knownUses } from "./plugin-uses.ts";
import type { Hit, Lint, LintContext } from "./types.ts";
import { shown } from "./words.ts";

const NANOSECONDS = 1_000_000_000n;

function perProvider(
  context: LintContext,
  look: (provider: LintContext["providers"][number], at: string) => Hit | readonly Hit[] | undefined,
): readonly Hit[] {
  return context.providers.flatMap((provider, index) => look(provider, `providers[${index}]`) ?? []);
}

const cacheOutlivesToken: Lint = {
  code: "cache-outlives-token",
  severity: "warning",
  explanation:
    "defaultCacheDuration applies if a response has no cacheDuration. The kubelet would then use a credential that the registry no longer accepts until the cache entry expires.",
  check: (context) =>
    knownUses(context).flatMap(({ plugin, provider: { defaultCacheDuration }, at }): readonly Hit[] => {
      const lifetime = BigInt(plugin.credentialSeconds) * NANOSECONDS;
      if (defaultCacheDuration === null || defaultCacheDuration <= lifetime) return [];
      const half = shortDuration(lifetime / 2n);
      return [
        {
          at: `${at}.defaultCacheDuration`,
          message: `${shortDuration(defaultCacheDuration)} is longer than ${plugin.service}'s credentials are valid: ${shortDuration(lifetime)}`,
          fix: `write at most half of that: ${shown(half)}`,
          changes: [{ kind: "replace", at: `${at}.defaultCacheDuration`, value: half }],
        },
      ];
    }),
};

/** `6h` instead of `6h0m0s`. */
function shortDuration(nanoseconds: bigint): string {
  return formatGoDuration(nanoseconds)
    .replace(/(?<=[hm])0s$/, "")
    .replace(/(?<=h)0m$/, "");
}

const cacheTypeMissing: Lint = {
  code: "cache-type-missing",
  severity: "warning",
  explanation:
    "Kubernetes 1.34 made cacheType required, and 1.33 does not know it: no single tokenAttributes block is valid on both. An upgraded kubelet does not start with this file.",
  check: (context) =>
    context.minor >= 34
      ? []
      : perProvider(context, ({ tokenAttributes }, at) => {
          if (tokenAttributes === null || tokenAttributes.cacheType !== "") return undefined;
          // A strict kubelet reports the unknown field: that is then the only finding.
          const refused = context.reading.problems.some(({ message }) =>
            message.includes(`${at}.tokenAttributes.cacheType"`),
          );
          if (refused) return undefined;
          return {
            at: `${at}.tokenAttributes`,
            message: "tokenAttributes has no cacheType",
            fix: "add cacheType: ServiceAccount in the same step as the upgrade to 1.34",
          };
        }),
};

const tokenAttributesVersion: Lint = {
  code: "token-attributes-version",
  severity: "note",
  explanation:
    "tokenAttributes were added in 1.33 behind a feature gate that is off by default, with other fields than in 1.34; older kubelets reject the field or, before 1.32, ignore it.",
  check: (context) =>
    context.versionGiven
      ? []
      : perProvider(context, ({ tokenAttributes }, at) => {
          if (tokenAttributes === null) return undefined;
          return {
            at: `${at}.tokenAttributes`,
            message: "tokenAttributes need a kubelet of 1.34 or newer",
            fix: "give the nodes' version with --kubernetes-version, such as 1.34",
          };
        }),
};

const tokenAttributesIgnored: Lint = {
  code: "token-attributes-ignored",
  severity: "warning",
  explanation:
    "Kubelets before 1.32 silently ignore unknown fields: the plugin runs without a token, with the node's identity.",
  check: (context) => {
    if (context.minor >= 32) return [];
    return [...context.texts].flatMap(([file, text]) =>
      text.split("\n").flatMap((line, index): readonly Hit[] => {
        // A key in a block, or in a flow mapping of YAML or JSON; not in a comment.
        const column = line.search(
          /(?<!(?:^|\s)#.*)(?:(?<=^\s*(?:- +)*)|(?<=[{,]\s*))"?tokenAttributes"?\s*:/,
        );
        if (column < 0) return [];
        return [
          {
            at: { file, line: index + 1, column: column + 1 },
            message: `kubelet 1.${context.minor} ignores tokenAttributes`,
            fix: "remove it on these nodes, or upgrade them to 1.34",
            changes: [{ kind: "remove", at: { file, line: index + 1, column: column + 1 } }],
            guess: true,
          },
        ];
      }),
    );
  },
};

const oldProtocol: Lint = {
  code: "old-protocol",
  severity: "note",
  explanation:
    "Every kubelet since 1.26 has v1 of the plugin protocol; older versions do not support service account tokens and will be removed.",
  check: (context) =>
    perProvider(context, ({ apiVersion, name }, at) => {
      if (!/\/v1(?:alpha1|beta1)$/.test(apiVersion)) return undefined;
      return {
        at: `${at}.apiVersion`,
        message: `${shown(apiVersion)} is an old version`,
        fix: 'write "credentialprovider.kubelet.k8s.io/v1"',
        changes: [{ kind: "replace", at: `${at}.apiVersion`, value: "credentialprovider.kubelet.k8s.io/v1" }],
        // Other plugins may not support it.
        guess: pluginByName(name) === undefined,
      };
    }),
};

/** Why a name that the kubelet accepts causes problems. */
function nameFault(name: string, minor: number): string | undefined {
  if (name === "") return "is empty: the kubelet would try to run the directory itself";
  if (/\p{Cc}/u.test(name)) return "has a control character in it";
  if (name.includes("\\")) return "has a backslash in it";
  if (name.startsWith("-")) return "starts with a dash, which programs read as an option";
  if (name.startsWith(".")) return "is the name of a hidden file";
  // Before 1.30 the file must have exactly this name, on Windows too.
  if (minor >= 30 && /\.exe$/i.test(name))
    return "ends in .exe: since 1.30 Windows kubelets find the executable without it";
  return undefined;
}

const oddName: Lint = {
  code: "odd-name",
  severity: "warning",
  explanation: "The name is the executable's file name. The kubelet checks little of it.",
  check: (context) => {
    const names = new Map<string, Set<string>>();
    for (const { name } of context.providers) {
      const lower = name.toLowerCase();
      names.set(lower, (names.get(lower) ?? new Set()).add(name));
    }
    return perProvider(context, ({ name }, at) => {
      const fault = nameFault(name, context.minor);
      const twin = [...(names.get(name.toLowerCase()) ?? [])].find((other) => other !== name);
      const better = name
        .replace(/\.exe$/i, "")
        .replace(/^[-.]+/, "")
        .replace(/[\p{Cc}\\]+/gu, "-");
      const hits: Hit[] = [];
      if (fault !== undefined) {
        hits.push({
          at: `${at}.name`,
          message: `the name ${shown(name)} ${fault}`,
          fix: "use the executable's file name, with only letters, digits and dashes",
          ...(better === "" || better === name
            ? {}
            : { changes: [{ kind: "replace", at: `${at}.name`, value: better } as const], guess: true }),
        });
      }
      if (twin !== undefined) {
        hits.push({
          at: `${at}.name`,
          message: `${shown(name)} and ${shown(twin)} differ only in case`,
          fix: "give them names that differ in more than case",
        });
      }
      return hits;
    });
  },
};

const duplicateEnv: Lint = {
  code: "duplicate-env",
  severity: "warning",
  explanation: "The kubelet passes both on; the plugin's runtime decides which one is used.",
  check: (context) =>
    perProvider(context, ({ env }, at) => {
      const values = new Map<string, string>();
      return (env ?? []).flatMap(({ name, value }, index): readonly Hit[] => {
        const before = values.get(name);
        values.set(name, value);
        if (before === undefined) return [];
        return [
          {
            at: `${at}.env[${index}].name`,
            message: `the variable ${shown(name)} is set twice`,
            fix: "keep one of the two",
            changes: [{ kind: "remove", at: `${at}.env[${index}]` }],
            guess: before !== value,
          },
        ];
      });
    }),
};

export const PROVIDER_LINTS: readonly Lint[] = [
  cacheOutlivesToken,
  cacheTypeMissing,
  tokenAttributesVersion,
  tokenAttributesIgnored,
  oldProtocol,
  oddName,
  duplicateEnv,
];
