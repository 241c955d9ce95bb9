/** One line of progress on stdout. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
