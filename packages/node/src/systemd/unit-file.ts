/** One `Key=value` line of a unit file. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  /** Continuation lines joined, white space at both ends removed. */
  readonly value: string;
  readonly path: string;
  /** Number of its first line, from 1. */
  readonly line: number;
}

/**
 * The assignments of a unit file or drop-in, in order (systemd.syntax(7)). A line that ends in a backslash continues in the
 * next one, with a space instead of the backslash. Comment lines begin with `#` or `;` and can be between continued lines.
 */
export function parseUnitFile(text: string, path: string): readonly Assignment[] {
  const assignments: Assignment[] = [];
  let section = "";
  let pending: { text: string; readonly line: number } | undefined;
  const take = (whole: string, line: number): void => {
    const header = /^\[(.*)\]$/s.exec(whole.trim());
    if (header !== null) section = header[1] ?? "";
    const equals = whole.indexOf("=");
    if (header !== null || equals <= 0) return;
    const key = whole.slice(0, equals).trim();
    assignments.push({ section, key, value: whole.slice(equals + 1).trim(), path, line });
  };
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  for (const [index, raw] of lines.entries()) {
    const line = raw.replace(/^[ \t]+/, "");
    if (/^[#;]/.test(line)) continue;
    const whole: string = (pending?.text ?? "") + line;
    const first: number = pending?.line ?? index + 1;
    pending = undefined;
    if (endsInBackslash(whole)) pending = { text: `${whole.slice(0, -1)} `, line: first };
    else take(whole, first);
  }
  if (pending !== undefined) take(pending.text, pending.line);
  return assignments;
}

/** Whether a line continues: a backslash escaped by another one does not count. */
function endsInBackslash(text: string): boolean {
  return (/\\*$/.exec(text)?.[0].length ?? 0) % 2 === 1;
}
