import type { Pattern } from "./pattern.ts";
import { patternsOf, replacement } from "./patterns.ts";
import type { Hit, Lint } from "./types.ts";
import { shown } from "./words.ts";

/** The fault of a host, and the host that was probably intended. */
interface Fault {
  readonly what: string;
  readonly fix: string;
  /** Host and port. */
  readonly better?: string;
  readonly guess?: boolean;
}

const HIGHEST_PORT = 65_535;

/**
 * Hosts that no image can have. An image name follows the grammar of distribution/reference: letters, digits and inner
 * hyphens in each label.
 */
const impossibleHost: Lint = {
  code: "impossible-host",
  severity: "warning",
  explanation:
    "An image's host has labels of letters, digits and hyphens, and a port up to 65535. A pattern with anything else in its host is accepted but matches no image.",
  check: (context) =>
    patternsOf(context).flatMap((pattern): readonly Hit[] => {
      const fault = faultOf(pattern);
      if (fault === undefined) return [];
      const { what, fix, better, guess } = fault;
      const text = `${better}${pattern.side?.path ?? ""}`;
      const changes = better === undefined ? undefined : replacement(context, pattern, [text]);
      return [
        {
          at: pattern.at,
          message: `${shown(pattern.text)} ${what}`,
          fix: better === undefined ? fix : `${fix}${shown(text)}`,
          ...(changes === undefined ? {} : { changes }),
          ...(guess === undefined ? {} : { guess }),
        },
      ];
    }),
};

function faultOf({ text, side, notes }: Pattern): Fault | undefined {
  // Other lints report these patterns.
  if (side === undefined || notes.has("scheme") || /[?#@]/.test(text)) return undefined;
  const { labels, port } = side;
  const host = labels.join(".");
  if (host.replaceAll(".", "") === "" || host.includes(":")) return undefined;
  if (labels.includes("")) {
    const better = labels.filter((label) => label !== "").join(".") + (port === "" ? "" : `:${port}`);
    return { what: "has an empty label (two dots) in its host", fix: "write ", better };
  }
  const [odd] = host.match(/[^A-Za-z0-9.*-]/u) ?? [];
  if (odd !== undefined) {
    const fix = /[^ -~]/.test(odd)
      ? "write the host in its DNS form (xn--…), as in image names"
      : "write the host as in image names";
    return { what: `has ${shown(odd)} in its host, which no image can have`, fix };
  }
  const hyphen = labels.find((label) => label.startsWith("-") || label.endsWith("-"));
  if (hyphen !== undefined) {
    return {
      what: `has the label ${shown(hyphen)}, but a label cannot begin or end with a hyphen`,
      fix: "write the host as in image names",
    };
  }
  if (port !== "" && (Number(port) > HIGHEST_PORT || Number(port) === 0)) {
    return {
      what: `has the invalid port ${port}`,
      fix: "write the registry's port, or ",
      better: host,
      guess: true,
    };
  }
  return undefined;
}

export const IMPOSSIBLE_LINTS: readonly Lint[] = [impossibleHost];
