import { escapeInvisible } from "./invisible.ts";
import { withoutLineBreaks } from "./line-breaks.ts";
import { redact } from "./redact.ts";

/** The levels of IMAGECRED_LOG, from the most lines to none. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "off"] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The settings in IMAGECRED_LOG. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly format: "human" | "json";
}

/** Values that a log line may carry; a Secret among them prints as `[redacted]`. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Writes to stderr, which the kubelet shows only when the plugin fails. `event` is a short stable word for programs
 * (`http`, `identity`, `retry`, ...); `message` is a sentence for people.
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Longest line of stderr in bytes: the kubelet appends it to an error that appears in logs and in the pod's status. */
export const MAX_LINE_BYTES = 700;

/**
 * Parses IMAGECRED_LOG: a level, `json`, or both with a comma (`json,debug`). Unknown words are ignored: a logging
 * variable must not fail a pull.
 */
export function parseLogSettings(value: string | undefined): LogSettings {
  let level: LogLevel = "warn";
  let format: LogSettings["format"] = "human";
  for (const word of (value ?? "").toLowerCase().split(",")) {
    const trimmed = word.trim();
    if (trimmed === "json") format = "json";
    else if ((LOG_LEVELS as readonly string[]).includes(trimmed)) level = trimmed as LogLevel;
  }
  return { level, format };
}

/** Arguments of {@link createLogger}. */
export interface LoggerSetup {
  readonly plugin: string;
  readonly settings: LogSettings;
  readonly write: (line: string) => void;
  readonly now: () => number;
}

/** A logger that writes one line for each event at or above the level of `setup.settings`. */
export function createLogger(setup: LoggerSetup): Logger {
  const { plugin, settings, write } = setup;
  const threshold = LOG_LEVELS.indexOf(settings.level);
  const at = (level: Exclude<LogLevel, "off">) => {
    if (LOG_LEVELS.indexOf(level) < threshold) return () => {};
    return (message: string, fields?: LogFields) => {
      const line =
        settings.format === "json"
          ? jsonLine(level, plugin, message, fields, setup.now())
          : humanLine(level, plugin, message, fields);
      write(`${line}\n`);
    };
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function jsonLine(
  level: string,
  plugin: string,
  message: string,
  fields: LogFields | undefined,
  now: number,
): string {
  const time = new Date(now).toISOString();
  // Texts are redacted before they are cut or escaped; the whole line is redacted again for secrets across two fields.
  const clean = (_: string, value: unknown) => (typeof value === "string" ? redact(value) : value);
  const short = shorten(oneLine(redact(message)), 2 * MAX_LINE_BYTES);
  const line = redact(JSON.stringify({ time, level, plugin, message: short, ...fields }, clean));
  return escapeInvisible(line);
}

function humanLine(level: string, plugin: string, message: string, fields: LogFields | undefined): string {
  const prefix = level === "error" ? `${plugin}: ` : `${plugin}: ${level}: `;
  const details = Object.entries(fields ?? {})
    .map(([key, value]) => ` ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("");
  return shorten(oneLine(redact(prefix + message + details)), MAX_LINE_BYTES);
}

/** The line of stderr for an error, as the logger writes it: redacted, on one line, at most {@link MAX_LINE_BYTES}. */
export function errorLine(plugin: string, message: string): string {
  return `${humanLine("error", plugin, message, undefined)}\n`;
}

/** Invisible characters in a server's response could forge log lines or display a different text. */
function oneLine(text: string): string {
  return escapeInvisible(withoutLineBreaks(text).trim());
}

/** Cuts in the middle: the start has the action, the end the advice. */
function shorten(text: string, maxBytes: number): string {
  const encoder = new TextEncoder();
  if (encoder.encode(text).length < maxBytes) return text;
  const characters = [...text];
  // The limit is in bytes, and a character has up to four: shorten until it fits.
  let head = Math.min(characters.length, Math.floor(maxBytes * 0.6));
  let tail = Math.min(characters.length - head, Math.floor(maxBytes * 0.38));
  for (;;) {
    const candidate = `${characters.slice(0, head).join("")}…${characters.slice(characters.length - tail).join("")}`;
    if (encoder.encode(candidate).length < maxBytes) return candidate;
    head = Math.floor(head * 0.9);
    tail = Math.floor(tail * 0.9);
  }
}
