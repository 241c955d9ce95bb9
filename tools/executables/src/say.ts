/** One line of progress on stdout; on a terminal it replaces the step that is shown there ({@link Progress}). */
export function say(line: string): void {
  process.stdout.write(process.stdout.isTTY ? `\r\u001b[2K${line}\n` : `${line}\n`);
}
