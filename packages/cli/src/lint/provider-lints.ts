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
    "defaultCacheDuration counts when a response names no duration. The kubelet would then hand out a credential that the registry no longer accepts, until the cache entry ends.",
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

/** `6h` of `6h0m0s`. */
function shortDuration(nanoseconds: bigint): string {
  return formatGoDuration(nanoseconds)
    .replace(/(?<=[hm])0s$/, "")
    .replace(/(?<=h)0m$/, "");
}

const cacheTypeMissing: Lint = {
  code: "cache-type-missing",
  severity: "warning",
  explanation:
    "Kubernetes 1.34 made cacheType required, and 1.33 does not know it: no single tokenAttributes block is valid on both. A kubelet that is upgraded will not start with this file.",
  check: (context) =>
    context.minor >= 34
      ? []
      : perProvider(context, ({ tokenAttributes }, at) => {
          if (tokenAttributes === null || tokenAttributes.cacheType !== "") return undefined;
          // A kubelet that reads strictly reports the field that it does not know, which is then the one finding.
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
    "tokenAttributes came in 1.33 behind a feature gate that is off there, with other fields than in 1.34; older kubelets refuse the field or, before 1.32, ignore it.",
  check: (context) =>
    context.versionGiven
      ? []
      : perProvider(context, ({ tokenAttributes }, at) => {
          if (tokenAttributes === null) return undefined;
          return {
            at: `${at}.tokenAttributes`,
            message: "tokenAttributes need a kubelet of 1.34 or newer",
            fix: "say which version the nodes run: --kubernetes-version 1.34",
          };
        }),
};

const tokenAttributesIgnored: Lint = {
  code: "token-attributes-ignored",
  severity: "warning",
  explanation:
    "Kubelets before 1.32 pass over fields that they do not know: the plugin runs without a token, as the node, and nothing says so.",
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
            message: `a kubelet of 1.${context.minor} ignores tokenAttributes`,
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
    "v1 of the plugins' protocol is in every kubelet since 1.26; the older ones carry no service account tokens and wait for their removal.",
  check: (context) =>
    perProvider(context, ({ apiVersion, name }, at) => {
      if (!/\/v1(?:alpha1|beta1)$/.test(apiVersion)) return undefined;
      return {
        at: `${at}.apiVersion`,
        message: `${shown(apiVersion)} is an old version`,
        fix: 'write "credentialprovider.kubelet.k8s.io/v1"',
        changes: [{ kind: "replace", at: `${at}.apiVersion`, value: "credentialprovider.kubelet.k8s.io/v1" }],
        // Plugins of another make may not speak it.
        guess: pluginByName(name) === undefined,
      };
    }),
};

/** What the kubelet accepts as a name, and what it leads to. */
function nameFault(name: string, minor: number): string | undefined {
  if (name === "") return "is empty: the kubelet would try to run the directory itself";
  if (/\p{Cc}/u.test(name)) return "has a control character in it";
  if (name.includes("\\")) return "has a backslash in it";
  if (name.startsWith("-")) return "starts with a dash, which tools take for an option";
  if (name.startsWith(".")) return "is a hidden file's name";
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
          fix: "name it as the executable is named, in plain letters, digits and dashes",
          ...(better === "" || better === name
            ? {}
            : { changes: [{ kind: "replace", at: `${at}.name`, value: better } as const], guess: true }),
        });
      }
      if (twin !== undefined) {
        hits.push({
          at: `${at}.name`,
          message: `${shown(name)} and ${shown(twin)} differ by case only`,
          fix: "give them names that differ by more",
        });
      }
      return hits;
    });
  },
};

const duplicateEnv: Lint = {
  code: "duplicate-env",
  severity: "warning",
  explanation: "The kubelet passes both on; which of them counts is up to the plugin's runtime.",
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
