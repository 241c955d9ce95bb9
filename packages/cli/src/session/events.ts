/** One JSON line of a plugin's stderr (`IMAGECRED_LOG=json,debug`). */
export interface PluginEvent {
  readonly level: string;
  /** A stable word (`http`, `identity`, `retry`, ...), or a sentence on warn and error. */
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ParsedStderr {
  readonly events: readonly PluginEvent[];
  /** Lines that are not events: all output of other plugins. */
  readonly other: readonly string[];
}

export function parseStderr(stderr: string): ParsedStderr {
  const events: PluginEvent[] = [];
  const other: string[] = [];
  for (const line of stderr.split("\n")) {
    if (line.trim() === "") continue;
    const event = parseEvent(line);
    if (event === undefined) other.push(line);
    else events.push(event);
  }
  return { events, other };
}

export function parseEvent(line: string): PluginEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const { level, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
    return typeof level === "string" && typeof message === "string" ? { level, message, fields } : undefined;
  } catch {
    // Not JSON: an ordinary line that begins with {.
    return undefined;
  }
}

/** A field as text; undefined if it does not exist. */
export function field(event: PluginEvent, name: string): string | undefined {
  const value = event.fields[name];
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

export function numberField(event: PluginEvent, name: string): number | undefined {
  const value = event.fields[name];
  return typeof value === "number" ? value : undefined;
}
