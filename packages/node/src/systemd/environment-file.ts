/** One assignment of an environment file, with where it stands. */
export interface EnvironmentAssignment {
  readonly name: string;
  readonly value: string;
  /** Offsets in the text: from the name's first character to what ends the value, a line feed excluded. */
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
}

type State =
  | "before-name"
  | "name"
  | "before-value"
  | "value"
  | "value-escape"
  | "single-quotes"
  | "double-quotes"
  | "double-quotes-escape"
  | "comment"
  | "comment-escape";

const NEWLINE = "\n\r";
const WHITESPACE = " \t\n\r";
/** What a backslash within double quotes takes away its meaning; it stays before anything else. */
const ESCAPABLE = '"\\`$';

/**
 * The assignments of a file of `EnvironmentFile=`, in order; the last one of a name counts (systemd.exec(5)). It is no
 * shell: a value runs over line ends within quotes or behind a backslash, quoted and bare parts follow each other, and
 * what follows a closing quote is part of the value. Lines without `=` are skipped.
 * @param comments `joined`: a comment's backslash at the end of its line makes the next line part of it, as before systemd 254
 */
export function parseEnvironmentFile(
  text: string,
  comments: "separate" | "joined" = "separate",
): readonly EnvironmentAssignment[] {
  const found: EnvironmentAssignment[] = [];
  let state: State = "before-name";
  let name = "";
  let value = "";
  let start = 0;
  let line = 1;
  let startLine = 1;
  /** Length of the value without white space at its end, which only a bare part loses. */
  let kept = 0;
  const finish = (end: number): void => {
    const trimmed = state === "value" ? value.slice(0, kept) : value;
    found.push({ name: name.replace(/[ \t\n\r]+$/, ""), value: trimmed, start, end, line: startLine });
    name = "";
    value = "";
    kept = 0;
    state = "before-name";
  };
  const append = (characters: string): void => {
    value += characters;
    kept = value.length;
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    const isNewline = NEWLINE.includes(character);
    if (character === "\n") line += 1;
    switch (state) {
      case "before-name":
        if (character === "#" || character === ";") state = "comment";
        else if (!WHITESPACE.includes(character)) {
          state = "name";
          name = character;
          start = at;
          startLine = line;
        }
        break;
      case "name":
        if (isNewline) {
          state = "before-name";
          name = "";
        } else if (character === "=") state = "before-value";
        else name += character;
        break;
      case "before-value":
        if (isNewline) finish(at);
        else if (character === "'") state = "single-quotes";
        else if (character === '"') state = "double-quotes";
        else if (character === "\\") state = "value-escape";
        else if (!WHITESPACE.includes(character)) {
          state = "value";
          append(character);
        }
        break;
      case "value":
        if (isNewline) finish(at);
        else if (character === "\\") {
          state = "value-escape";
          kept = value.length;
        } else if (WHITESPACE.includes(character)) value += character;
        else append(character);
        break;
      case "value-escape":
        state = "value";
        if (!isNewline) append(character);
        break;
      case "single-quotes":
        if (character === "'") state = "before-value";
        else append(character);
        break;
      case "double-quotes":
        if (character === '"') state = "before-value";
        else if (character === "\\") state = "double-quotes-escape";
        else append(character);
        break;
      case "double-quotes-escape":
        state = "double-quotes";
        if (ESCAPABLE.includes(character)) append(character);
        else if (character !== "\n") append(`\\${character}`);
        break;
      case "comment":
        if (character === "\\") state = "comment-escape";
        else if (isNewline) state = "before-name";
        break;
      case "comment-escape":
        state = isNewline && comments === "separate" ? "before-name" : "comment";
        break;
    }
  }
  if (state !== "before-name" && state !== "name" && state !== "comment" && state !== "comment-escape") {
    finish(text.length);
  }
  return found;
}

/** A value so that {@link parseEnvironmentFile} gives it back, always in double quotes. */
export function quoteEnvironmentValue(value: string): string {
  return `"${value.replace(/["\\`$]/g, "\\$&")}"`;
}

/** environ(7) as systemd wants it: letters, digits and `_`, no digit first; others are left out with a warning. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
