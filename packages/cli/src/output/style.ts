import type { Platform } from "../runtime/types.ts";

/** How text looks on one stream: colors, marks and width. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly marks: Marks;
  /** Columns to wrap at. */
  readonly width: number;
  /** Whether the stream is a terminal; if not, lines that programs look for are not wrapped. */
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

/** Width without a terminal: fits into a log viewer. */
const READABLE_WIDTH = 100;
/** Longer lines are hard to read. */
const WIDEST = 120;
const NARROWEST = 40;

const UNICODE: Marks = { good: "✓", warning: "!", bad: "✗", skipped: "-", arrow: "→", bullet: "•" };
const ASCII: Marks = { good: "+", warning: "!", bad: "x", skipped: "-", arrow: "->", bullet: "*" };

type Environment = Readonly<Record<string, string | undefined>>;

/** When to use colors: on a terminal, always (CI logs show them), or never. */
export type Color = "auto" | "always" | "never";

/**
 * By default colors only on a terminal that supports them, and not if NO_COLOR is set and not empty (https://no-color.org).
 * Marks are ASCII if the locale is set and not UTF-8.
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

/** True also without a locale: terminals connected by ssh are almost always UTF-8. */
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
