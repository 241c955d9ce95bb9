/** One entry of a kubelet's log (klog's text form). */
export interface LogEntry {
  readonly severity: "I" | "W" | "E" | "F";
  /** Everything behind the header, line breaks in values included. */
  readonly text: string;
}

const HEADER = /^([IWEF])\d{4} \d{2}:\d{2}:\d{2}\.\d+ +\d+ [^\]]+\] /;

/** Splits a kubelet's output into entries: an entry starts with a header, and lines without one belong to it. */
export function parseKubeletLog(output: string): LogEntry[] {
  const entries: { severity: LogEntry["severity"]; text: string }[] = [];
  // A line without its line break is not complete yet.
  for (const line of output.split("\n").slice(0, -1)) {
    const header = HEADER.exec(line);
    const last = entries.at(-1);
    if (header !== null) {
      entries.push({ severity: header[1] as LogEntry["severity"], text: line.slice(header[0].length) });
    } else if (last !== undefined) {
      last.text += `\n${line}`;
    }
  }
  return entries;
}
