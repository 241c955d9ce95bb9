import { createLogger, type Logger, type LogSettings } from "../log.ts";

/** A logger whose lines can be read; by default of all levels. */
export function captureLogger(settings: LogSettings = { level: "debug", format: "human" }): {
  readonly log: Logger;
  readonly lines: readonly string[];
} {
  const lines: string[] = [];
  const log = createLogger({
    plugin: "test",
    settings,
    write: (line) => lines.push(line.trimEnd()),
    now: () => 0,
  });
  return { log, lines };
}
