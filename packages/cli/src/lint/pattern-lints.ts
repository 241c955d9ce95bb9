import { type Pattern, patternsOf, shown } from "./patterns.ts";
import type { Hit, Lint } from "./types.ts";

/** A lint that looks at one pattern at a time. */
function patternLint(
  code: string,
  severity: Lint["severity"],
  explanation: string,
  look: (pattern: Pattern) => Omit<Hit, "at"> | undefined,
): Lint {
  return {
    code,
    severity,
    explanation,
    check: (context) =>
      patternsOf(context).flatMap((pattern) => {
        const hit = look(pattern);
        return hit === undefined ? [] : [{ at: pattern.at, ...hit }];
      }),
  };
}

const emptyPattern = patternLint(
  "empty-pattern",
  "warning",
  "An empty pattern is accepted and matches no image.",
  ({ text, side }) => {
    if (side?.labels.join("") !== "" || text.includes("://")) return undefined;
    return {
      message: `${shown(text)} names no registry`,
      fix: "remove the entry, or write a registry's host",
    };
  },
);

const scheme = patternLint(
  "scheme",
  "warning",
  "The kubelet puts https:// before every pattern itself; one that brings its own scheme matches no image, and no error says so.",
  ({ text, notes }) => {
    if (!notes.has("scheme")) return undefined;
    return {
      message: `${shown(text)} has a scheme`,
      fix: `write ${shown(text.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, ""))}`,
    };
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
      fix: `a path is a prefix already: write ${shown(better)}`,
    };
  },
);

const query = patternLint(
  "query",
  "warning",
  "What follows ? or # is cut off before images are compared, so the pattern matches more or less than it says; ? stands for a letter within a host label only where nothing reads it as the start of a query, which is nowhere.",
  ({ text, notes }) => {
    if (!notes.has("query") && !notes.has("fragment")) return undefined;
    const rest = text.replace(/[?#].*$/s, "");
    return {
      message: `${shown(text)} is compared as ${shown(rest)}`,
      fix: "remove the ? or # and what follows; use * for a label",
    };
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
      fix: `write ${shown(text.replace(/^[^@]*@/, ""))}`,
    };
  },
);

const pathPrefix = patternLint(
  "path-prefix",
  "warning",
  "Paths are compared by letters and not by segments: a longer name that starts alike matches as well, and its pulls run this plugin too.",
  ({ text, side, notes }) => {
    const path = side?.path ?? "";
    if (path === "" || path.endsWith("/") || /[*?[:@]/.test(path) || notes.has("scheme")) return undefined;
    return {
      message: `${shown(text)} also matches ${shown(`${text}bar`)}`,
      fix: `write ${shown(`${text}/`)} for what is below it, or the host alone`,
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
    return {
      message: `${shown(text)} has a tag or digest`,
      fix: `write ${shown(text.slice(0, text.indexOf("/")) + path.replace(/[:@].*$/s, ""))}`,
    };
  },
);

const port443 = patternLint(
  "port-443",
  "note",
  "Ports are compared as they are written, without a default: a pattern with :443 matches only images whose names have :443.",
  ({ text, side }) => {
    if (side?.port !== "443") return undefined;
    return {
      message: `${shown(text)} does not match the same host without a port`,
      fix: `add ${shown(text.replace(":443", ""))} unless every image name has the port`,
    };
  },
);

const upperCase = patternLint(
  "upper-case",
  "warning",
  "Comparing is case-sensitive, repositories are always lower case, and hosts nearly always are.",
  ({ text, side, notes }) => {
    const host = side?.labels.join(".") ?? "";
    if (!/[A-Z]/.test(host + (side?.path ?? "")) || notes.has("scheme")) return undefined;
    return { message: `${shown(text)} has capital letters`, fix: `write ${shown(text.toLowerCase())}` };
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
  "Images of Docker Hub reach the plugins as docker.io/..., whatever the pod wrote.",
  ({ text, side }) => {
    if (!HUB_ALIASES.has(side?.labels.join(".") ?? "")) return undefined;
    return { message: `${shown(text)} is not how Docker Hub's images are named`, fix: 'write "docker.io"' };
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
