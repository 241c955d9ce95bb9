import type { Platform } from "../runtime/types.ts";

/** How text looks on one stream: colors and marks, or neither. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly marks: Marks;
  /** Columns to fill. */
  readonly width: number;
  /** Whether a person reads it there and then; if not, lines that programs look for are not broken. */
  readonly onTerminal: boolean;
}

export interface Marks {
  readonly good: string;
  readonly warning: string;
  readonly bad: string;
  readonly skipped: string;
  readonly arrow: string;
  readonly bullet: string;
}

/** Without a terminal: what does not wrap in a log viewer. On very wide ones: what a person reads comfortably. */
const READABLE_WIDTH = 100;
const WIDEST = 120;
const NARROWEST = 40;

const UNICODE: Marks = { good: "✓", warning: "!", bad: "✗", skipped: "-", arrow: "→", bullet: "•" };
const ASCII: Marks = { good: "+", warning: "!", bad: "x", skipped: "-", arrow: "->", bullet: "*" };

type Environment = Readonly<Record<string, string | undefined>>;

/** When to use colors: on a terminal, always (logs of CI show them), or never. */
export type Color = "auto" | "always" | "never";

/**
 * By default colors only on a terminal that has them, and never where NO_COLOR is set and not empty (https://no-color.org). Marks are
 * ASCII where the locale says that it is not UTF-8.
 */
export function styleFor(columns: number | undefined, env: Environment, color: Color = "auto"): Style {
  const colors =
    color === "always" ||
    (color === "auto" && columns !== undefined && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb");
  const paint = (open: number, close: number) => (text: string) =>
    colors && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
    marks: isUtf8(env) ? UNICODE : ASCII,
    onTerminal: columns !== undefined,
    width: Math.max(NARROWEST, Math.min(columns ?? READABLE_WIDTH, WIDEST)),
  };
}

/** A locale that is not set says nothing: what reads a node's output over ssh is UTF-8 nearly everywhere. */
function isUtf8(env: Environment): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return locale === "" || /utf-?8/i.test(locale);
}

export const plainStyle: Style = styleFor(undefined, {});

export function stdoutStyle(platform: Platform, color?: Color): Style {
  return styleFor(platform.terminal.columns("stdout"), platform.stdio.env, color);
}

export function stderrStyle(platform: Platform, color?: Color): Style {
  return styleFor(platform.terminal.columns("stderr"), platform.stdio.env, color);
}
