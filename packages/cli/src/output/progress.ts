import type { Platform } from "../runtime/types.ts";
import { took } from "./duration.ts";
import { stderrStyle } from "./style.ts";
import { printable } from "./text.ts";

/** Says on a terminal what is being waited for. */
export interface Progress {
  /** Changes the line, which shows from the next beat on. */
  say(what: string): void;
  /** Takes the line away, for other output; it shows again from the next beat on. */
  clear(): void;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const BEAT_MS = 100;
/** What is done sooner needs no progress. */
const PATIENCE_MS = 300;
const CLEAR_LINE = "\r\u001b[K";

/**
 * Runs something that may take long; meanwhile a line on stderr says what it waits for and since when. Only a person at a
 * terminal sees it: it is gone when the work is done.
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
    if (elapsed < PATIENCE_MS) return;
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
