import type { Platform } from "../runtime/types.ts";
import { took } from "./duration.ts";
import { stderrStyle } from "./style.ts";
import { printable } from "./text.ts";

/** A progress line on a terminal. */
export interface Progress {
  /** Changes the text; shown at the next beat. */
  say(what: string): void;
  /** Removes the line, for other output; it is shown again at the next beat. */
  clear(): void;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const BEAT_MS = 100;
/** Progress is shown only after this time. */
const DELAY_MS = 300;
const CLEAR_LINE = "\r\u001b[K";

/**
 * Runs work that can take long, with a line on stderr that shows what it waits for and for how long. Only on a terminal; the
 * line is removed when the work is done.
 */
export async function withProgress<T>(
  platform: Platform,
  options: { readonly output: string },
  what: string,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const columns = platform.terminal.columns("stderr");
  if (columns === undefined || options.output === "json" || platform.stdio.env["TERM"] === "dumb") {
    return work({ say: () => {}, clear: () => {} });
  }
  const { cyan, dim, marks } = stderrStyle(platform);
  const frames = marks.good === "✓" ? FRAMES : ["|", "/", "-", "\\"];
  const started = platform.clock.now();
  let line = what;
  let beat = 0;
  let shown = false;
  const timer = setInterval(() => {
    const elapsed = platform.clock.now() - started;
    if (elapsed < DELAY_MS) return;
    shown = true;
    const time = took(elapsed);
    const text = printable(line).slice(0, Math.max(0, columns - time.length - 5));
    platform.stdio.writeStderr(
      `${CLEAR_LINE}${cyan(frames[beat++ % frames.length] ?? "")} ${text} ${dim(time)}`,
    );
  }, BEAT_MS);
  try {
    return await work({
      say: (next) => {
        line = next;
      },
      clear: () => {
        if (shown) platform.stdio.writeStderr(CLEAR_LINE);
        shown = false;
      },
    });
  } finally {
    clearInterval(timer);
    if (shown) platform.stdio.writeStderr(CLEAR_LINE);
  }
}
