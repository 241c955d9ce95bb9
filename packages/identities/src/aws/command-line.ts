/** Text without the characters that are special to a shell outside quotes. */
const PLAIN = /^[^\s"'|&;<>()$`\\*?[\]#~{}!]+/;

/**
 * Splits a command line at spaces, with the quoting that AWS documents for `credential_process` (AWS SDKs and Tools
 * reference guide, "Process credential provider"): a path or argument with spaces is in double quotes. Variables and `~`
 * are not expanded. Single quotes are accepted too.
 * @returns undefined for a line that needs a shell, such as one whose first word is an assignment
 */
export function splitCommand(line: string): readonly [file: string, ...args: string[]] | undefined {
  const words: string[] = [];
  let rest = line.trim();
  let word: string | undefined;
  while (rest !== "") {
    const space = /^\s+/.exec(rest)?.[0];
    // In double quotes a shell still expands variables and commands.
    const quoted = /^"([^"$`\\!]*)"|^'([^']*)'/.exec(rest);
    const plain = PLAIN.exec(rest)?.[0];
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      rest = rest.slice(space.length);
    } else if (quoted !== null) {
      word = (word ?? "") + (quoted[1] ?? quoted[2] ?? "");
      rest = rest.slice(quoted[0].length);
    } else if (plain !== undefined) {
      word = (word ?? "") + plain;
      rest = rest.slice(plain.length);
    } else {
      return undefined;
    }
  }
  if (word !== undefined) words.push(word);
  const [file, ...args] = words;
  return file === undefined || file === "" || file.includes("=") ? undefined : [file, ...args];
}
