import type { Pattern } from "./pattern.ts";
import { hasSiblings } from "./pattern.ts";
import { patternsOf, replacement } from "./patterns.ts";
import { pluginUses } from "./plugin-uses.ts";
import type { Hit, Lint, LintContext } from "./types.ts";
import { listed, shown } from "./words.ts";

/** A lint's message about one pattern, and the pattern to write instead. */
interface PatternHit {
  readonly message: string;
  readonly fix: string;
  readonly better?: string;
  readonly guess?: boolean;
}

/** A lint that checks one pattern at a time. */
function patternLint(
  code: string,
  severity: Lint["severity"],
  explanation: string,
  look: (pattern: Pattern) => PatternHit | undefined,
): Lint {
  return {
    code,
    severity,
    explanation,
    check: (context) =>
      patternsOf(context).flatMap((pattern): readonly Hit[] => {
        const hit = look(pattern);
        if (hit === undefined) return [];
        const { message, fix, better, guess } = hit;
        const changes = better === undefined ? undefined : replacement(context, pattern, [better]);
        return [
          {
            at: pattern.at,
            message,
            fix,
            ...(changes === undefined ? {} : { changes }),
            ...(guess === undefined ? {} : { guess }),
          },
        ];
      }),
  };
}

/** The fix "write X" in words, and X for its change. */
function write(better: string, before = ""): Pick<PatternHit, "fix" | "better"> {
  return { fix: `${before}write ${shown(better)}`, better };
}

const emptyPattern: Lint = {
  code: "empty-pattern",
  severity: "warning",
  explanation: "An empty pattern is accepted but matches no image.",
  check: (context) =>
    patternsOf(context).flatMap((pattern): readonly Hit[] => {
      const { text, side, at } = pattern;
      if (side?.labels.join("") !== "" || text.includes("://")) return [];
      const message = `${shown(text)} has no registry host`;
      if (hasSiblings(pattern)) {
        return [
          {
            at,
            message,
            fix: "remove the entry, or write a registry's host",
            changes: [{ kind: "remove", at }],
          },
        ];
      }
      return [{ at, message, ...usualHosts(context, pattern) }];
    }),
};

function usualHosts(context: LintContext, { at, providerIndex }: Pattern): Omit<Hit, "at" | "message"> {
  const hosts = pluginUses(context)[providerIndex]?.plugin.matchImages;
  if (hosts === undefined) return { fix: "write a registry's host" };
  return {
    fix: `write a registry's host, such as ${listed(hosts.slice(0, 1))}`,
    changes: [{ kind: "replace-item", at, values: hosts }],
    guess: true,
  };
}

const scheme = patternLint(
  "scheme",
  "warning",
  "The kubelet itself puts https:// before every pattern; one with its own scheme matches no image, and the kubelet logs no error.",
  ({ text, notes }) => {
    if (!notes.has("scheme")) return undefined;
    const rest = text.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, "");
    return { message: `${shown(text)} has a scheme`, ...write(rest.replace(/\/$/, "")) };
  },
);

const pathGlob = patternLint(
  "path-glob",
  "warning",
  "Wildcards work in the host only. In a path *, ? and [ are taken literally, and no image has them in its name.",
  ({ text, side, notes }) => {
    if (!notes.has("path-glob") || notes.has("scheme")) return undefined;
    const path = side?.path ?? "";
    const prefix = path.slice(0, path.search(/[*?[]/)).replace(/[^/]*$/, "");
    const better = text.slice(0, text.indexOf("/")) + (prefix === "/" ? "" : prefix);
    return {
      message: `${shown(text)} has a wildcard in its path`,
      ...write(better, "a path already matches as a prefix: "),
    };
  },
);

const query = patternLint(
  "query",
  "warning",
  "Everything from ? or # on is cut off before images are compared, so the pattern does not match what it says. ? does not stand for a letter.",
  ({ text, notes }) => {
    if (!notes.has("query") && !notes.has("fragment")) return undefined;
    const rest = text.replace(/[?#].*$/s, "");
    const inHost = /^[^/#]*\?[^/]*\./.test(text);
    const message = `${shown(text)} is compared as ${shown(rest)}`;
    if (inHost)
      return { message, ...write(text.replaceAll("?", "*"), "use * within a label: "), guess: true };
    return { message, ...write(rest, "remove the part that is cut off: ") };
  },
);

const userinfo = patternLint(
  "userinfo",
  "warning",
  "A user name before the host is ignored when images are compared, and a password there is in every log that shows the configuration.",
  ({ text, notes }) => {
    if (!notes.has("userinfo")) return undefined;
    return {
      message: `${shown(text.replace(/^[^@]*@/, "…@"))} has a user before the host`,
      ...write(text.replace(/^[^@]*@/, "")),
    };
  },
);

const pathPrefix = patternLint(
  "path-prefix",
  "note",
  "Paths are compared character by character, not by segment: a longer name with this prefix matches too, and its pulls run this plugin.",
  ({ text, side, notes }) => {
    const path = side?.path ?? "";
    if (path === "" || path.endsWith("/") || /[*?[:@]/.test(path) || notes.has("scheme")) return undefined;
    if (notes.has("query") || notes.has("fragment")) return undefined;
    return {
      message: `${shown(text)} also matches ${shown(`${text}bar`)}`,
      fix: `write ${shown(`${text}/`)} to match only what is below it, or the host alone`,
      better: `${text}/`,
      guess: true,
    };
  },
);

const tagInPattern = patternLint(
  "tag-in-pattern",
  "warning",
  "The kubelet compares image names without tag and digest, so a pattern with one matches no image.",
  ({ text, side, notes }) => {
    const path = side?.path ?? "";
    if (!/[:@]/.test(path) || notes.has("scheme")) return undefined;
    const better = text.slice(0, text.indexOf("/")) + path.replace(/[:@].*$/s, "");
    return { message: `${shown(text)} has a tag or digest`, ...write(`${better}/`), guess: true };
  },
);

const port443: Lint = {
  code: "port-443",
  severity: "note",
  explanation:
    "Ports are compared as written, without a default: a pattern with :443 matches only images whose names have :443.",
  check: (context) =>
    patternsOf(context).flatMap((pattern): readonly Hit[] => {
      const { text, side, at, provider } = pattern;
      const without = text.replace(":443", "");
      if (side?.port !== "443" || provider.matchImages?.includes(without) === true) return [];
      return [
        {
          at,
          message: `${shown(text)} does not match the same host without a port`,
          fix: `add ${shown(without)} unless every image name has the port`,
          changes: [{ kind: "append", at: at.replace(/\[\d+\]$/, ""), value: without }],
          guess: true,
        },
      ];
    }),
};

const upperCase = patternLint(
  "upper-case",
  "warning",
  "Patterns are case-sensitive. Repositories are always lower case, and hosts almost always are.",
  ({ text, side, notes }) => {
    const host = side?.labels.join(".") ?? "";
    if (!/[A-Z]/.test(host + (side?.path ?? "")) || notes.has("scheme")) return undefined;
    return { message: `${shown(text)} has capital letters`, ...write(text.toLowerCase()) };
  },
);

const HUB_ALIASES = new Set([
  "index.docker.io",
  "hub.docker.com",
  "registry-1.docker.io",
  "registry.hub.docker.com",
]);

const dockerHub = patternLint(
  "docker-hub-name",
  "warning",
  "Plugins get images of Docker Hub as docker.io/..., whatever name the pod spec uses.",
  ({ text, side, notes }) => {
    const host = side?.labels.join(".") ?? "";
    if (!HUB_ALIASES.has(host) || notes.has("scheme")) return undefined;
    return {
      message: `${shown(text)} is not the host in the names of Docker Hub's images`,
      ...write(`docker.io${text.slice(text.indexOf(host) + host.length).replace(/^:\d+/, "")}`),
    };
  },
);

export const PATTERN_LINTS: readonly Lint[] = [
  emptyPattern,
  scheme,
  pathGlob,
  query,
  userinfo,
  pathPrefix,
  tagInPattern,
  port443,
  upperCase,
  dockerHub,
];
