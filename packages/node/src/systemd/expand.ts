import { splitWords, VARIABLE } from "./words.ts";

/**
 * Replaces variables in the words of a command (systemd.service(5), "Command lines"): a word `$NAME` is replaced by the words
 * of its value, or removed if it is empty; `${NAME}` anywhere is replaced by its value; `$$` is a dollar sign. A dollar sign
 * before another character, and `$NAME` within a word, stay.
 */
export function expandWords(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  const variable = (name: string) => (Object.hasOwn(environment, name) ? (environment[name] ?? "") : "");
  return words.flatMap((word) => {
    const whole = wholeVariable(word);
    if (whole !== undefined) return splitWords(variable(whole), VARIABLE).words;
    // A brace that is not closed, or has a colon in it, is not replaced.
    return [
      word.replace(/\$\{[^}:]*(?:$|:)|\$(?:\$|\{([^}:]*)\})/g, (found: string, name: string | undefined) => {
        if (name !== undefined) return variable(name);
        return found === "$$" ? "$" : found;
      }),
    ];
  });
}

/** `NAME` of a word that is exactly `$NAME`; empty for `$`. */
export function wholeVariable(word: string): string | undefined {
  return /^\$(?![{$])([\s\S]*)$/.exec(word)?.[1];
}
