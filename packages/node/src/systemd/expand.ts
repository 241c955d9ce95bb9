import { splitWords, VARIABLE } from "./words.ts";

/**
 * Replaces variables in the words of a command (systemd.service(5), "Command lines"): a word that is `$NAME` becomes the
 * words of its value, none where it is empty; `${NAME}` becomes its value as it is, wherever it stands; `$$` is a dollar
 * sign. A dollar sign before anything else, and `$NAME` within a word, stay.
 */
export function expandWords(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  const variable = (name: string) => (Object.hasOwn(environment, name) ? (environment[name] ?? "") : "");
  return words.flatMap((word) => {
    const whole = wholeVariable(word);
    if (whole !== undefined) return splitWords(variable(whole), VARIABLE).words;
    // An open brace that nothing closes, or a colon within, leaves what was read so far as it is.
    return [
      word.replace(/\$\{[^}:]*(?:$|:)|\$(?:\$|\{([^}:]*)\})/g, (found: string, name: string | undefined) => {
        if (name !== undefined) return variable(name);
        return found === "$$" ? "$" : found;
      }),
    ];
  });
}

/** `NAME` of a word that is `$NAME` and nothing else; empty for a bare `$`. */
export function wholeVariable(word: string): string | undefined {
  return /^\$(?![{$])([\s\S]*)$/.exec(word)?.[1];
}
