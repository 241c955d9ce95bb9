/** One line of progress on stdout. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A failure whose message is all that its reader needs; no stack trace. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}
